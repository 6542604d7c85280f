/// What a reader accepts at most; everything is checked before memory is taken for it.
public struct SafetensorsLimits: Hashable, Sendable {
  /// Bytes of the header, of which the format itself allows 100,000,000.
  public var headerBytes: Int
  /// Number of tensors.
  public var tensors: Int
  /// Bytes of the whole file.
  public var fileBytes: Int

  /// Sets limits; the defaults hold any network of this package many times over.
  ///
  /// - Precondition: none is negative.
  public init(headerBytes: Int = 1 << 20, tensors: Int = 4096, fileBytes: Int = 4 << 30) {
    precondition(
      headerBytes >= 0 && tensors >= 0 && fileBytes >= 0,
      "SafetensorsLimits: \(headerBytes), \(tensors), \(fileBytes): a limit is negative")
    self.headerBytes = headerBytes
    self.tensors = tensors
    self.fileBytes = fileBytes
  }
}
