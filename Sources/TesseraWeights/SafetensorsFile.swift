import TesseraFiles

/// A safetensors file in memory: its tensors by name, and its metadata.
///
/// Reading checks everything that the format prescribes before it takes memory for the tensors: one strict JSON object,
/// no name twice, no hole and no overlap between tensors, and a length that fits to the byte. Numbers may be NaN.
///
/// Source: huggingface/safetensors, "Format".
public struct SafetensorsFile: Sendable {
  /// The file's path, or what stands for it in errors.
  public let path: String
  /// The `__metadata__` of the header, empty where there is none.
  public let metadata: [String: String]
  /// The tensors in the order of their bytes in the file.
  public let entries: [SafetensorsEntry]

  /// Holds the tensors; their first byte is `bytes[dataStart]`.
  let bytes: [UInt8]
  let dataStart: Int
  private let positions: [String: Int]

  /// Reads a file.
  ///
  /// - Throws: ``SafetensorsError`` with the file, the place, the cause and the remedy.
  public init(path: String, limits: SafetensorsLimits = SafetensorsLimits()) throws(SafetensorsError) {
    let input = try Self.system { () throws(FileError) in try InputFile(path: path) }
    // The header first: a large file of another kind is refused before memory is taken for it.
    _ = try Self.header(name: path, length: input.length, limits: limits) {
      (offset, count) throws(SafetensorsError) in
      try Self.system { () throws(FileError) in try input.read(count, at: offset) }
    }
    // Checked again on the bytes that are kept, since another process may have changed the file in between.
    let bytes = try Self.system { () throws(FileError) in try input.read(input.length, at: 0) }
    try self.init(bytes: bytes, name: path, limits: limits)
  }

  /// Reads the bytes of a file; `name` stands for its path in errors.
  ///
  /// - Throws: ``SafetensorsError`` with the name, the place, the cause and the remedy.
  public init(
    bytes: [UInt8], name: String, limits: SafetensorsLimits = SafetensorsLimits()
  ) throws(SafetensorsError) {
    let (header, dataStart) = try Self.header(name: name, length: bytes.count, limits: limits) { offset, count in
      Array(bytes.dropFirst(offset).prefix(count))
    }
    self.init(header, path: name, bytes: bytes, dataStart: dataStart)
  }

  /// The whole file, header included, as it was read.
  public var fileBytes: [UInt8] { bytes }

  /// The entry of this name.
  ///
  /// - Throws: ``SafetensorsError`` with ``SafetensorsError/Cause/missingTensor``.
  public func entry(_ name: String) throws(SafetensorsError) -> SafetensorsEntry {
    guard let position = positions[name] else {
      throw SafetensorsError(file: path, place: .tensor(name), cause: .missingTensor)
    }
    return entries[position]
  }

  private init(_ header: SafetensorsHeader, path: String, bytes: [UInt8], dataStart: Int) {
    self.path = path
    self.metadata = header.metadata
    self.entries = header.entries
    self.bytes = bytes
    self.dataStart = dataStart
    positions = Dictionary(uniqueKeysWithValues: zip(header.entries.map(\.name), header.entries.indices))
  }

  private static func system<Result: ~Copyable>(
    _ body: () throws(FileError) -> Result
  ) throws(SafetensorsError) -> Result {
    do {
      return try body()
    } catch {
      throw SafetensorsError(error)
    }
  }

  /// Reads and checks a header through `read`, which returns `count` bytes from `offset` on, fewer where the file ends.
  private static func header(
    name: String, length: Int, limits: SafetensorsLimits,
    read: (_ offset: Int, _ count: Int) throws(SafetensorsError) -> [UInt8]
  ) throws(SafetensorsError) -> (SafetensorsHeader, dataStart: Int) {
    guard length <= limits.fileBytes else {
      throw SafetensorsError(file: name, place: .file, cause: .fileTooLong(bytes: length, limit: limits.fileBytes))
    }
    let jsonLength = try SafetensorsHeader.length(
      prefix: try read(0, SafetensorsHeader.prefixLength + ForeignFormat.longestSignature), fileLength: length,
      file: name, limits: limits)
    let json = try read(SafetensorsHeader.prefixLength, jsonLength)
    let header = try SafetensorsHeader(json: json, file: name, limits: limits)
    let dataStart = SafetensorsHeader.prefixLength + jsonLength
    try header.checkLength(ofFile: name, dataStart: dataStart, dataLength: length - dataStart)
    return (header, dataStart)
  }
}
