/// What a PNG may cost; each bound is checked before anything of that size is allocated or inflated.
public struct PNGLimits: Hashable, Sendable {
  /// Most pixels.
  public var maximumPixelCount: Int
  /// Most pixels in a row, and most rows.
  public var maximumSide: Int
  /// Most bytes of memory while decoding: the result, palette indices and libpng's own.
  public var maximumMemory: Int
  /// Most bytes that the image data may inflate to.
  public var maximumInflatedBytes: Int
  /// Most bytes of a file.
  public var maximumFileBytes: Int

  /// Sets bounds; the defaults let any photograph pass and stop bombs.
  public init(
    maximumPixelCount: Int = 64 << 20, maximumSide: Int = 32_768, maximumMemory: Int = 512 << 20,
    maximumInflatedBytes: Int = 640 << 20, maximumFileBytes: Int = 256 << 20
  ) {
    self.maximumPixelCount = maximumPixelCount
    self.maximumSide = maximumSide
    self.maximumMemory = maximumMemory
    self.maximumInflatedBytes = maximumInflatedBytes
    self.maximumFileBytes = maximumFileBytes
  }

  /// 64 Mi pixels, 32,768 a side, 512 MiB of memory, 640 MiB inflated, files of 256 MiB.
  public static let `default` = PNGLimits()

  /// One of the bounds.
  public enum Bound: String, Hashable, Sendable {
    /// ``PNGLimits/maximumPixelCount``.
    case pixelCount = "pixels"
    /// ``PNGLimits/maximumSide``.
    case side = "pixels a side"
    /// ``PNGLimits/maximumMemory``.
    case memory = "bytes of memory"
    /// ``PNGLimits/maximumInflatedBytes``.
    case inflatedBytes = "bytes of inflated image data"
    /// ``PNGLimits/maximumFileBytes``.
    case fileBytes = "bytes in the file"
  }

  /// Refuses a file of too many bytes.
  func check(fileBytes: Int) throws(PNGError) {
    try check(.fileBytes, fileBytes, maximumFileBytes)
  }

  /// Refuses a size that costs too much.
  ///
  /// - Parameter bytesPerPixel: memory that the result and its intermediates take for each pixel.
  /// - Returns: the bytes that are left for libpng.
  func check(_ header: PNGHeader, bytesPerPixel: Int) throws(PNGError) -> Int {
    try check(.side, max(header.width, header.height), maximumSide)
    // Both sides are below 2³¹, so their product fits 64 bits.
    try check(.pixelCount, header.width * header.height, maximumPixelCount)
    let memory = (header.width * header.height).saturatingProduct(bytesPerPixel)
    try check(.memory, memory, maximumMemory)
    try check(.inflatedBytes, header.inflatedByteCount, maximumInflatedBytes)
    return maximumMemory - memory
  }

  private func check(_ bound: Bound, _ needed: Int, _ limit: Int) throws(PNGError) {
    // Nothing that is too large to count is ever allowed.
    if needed > limit || needed == .max { throw .limitExceeded(bound, needed: needed, limit: limit) }
  }
}
