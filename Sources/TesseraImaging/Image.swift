/// A colour picture of 8 bits a channel, as files and frames carry it.
public struct Image: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height * width * 3` values in `0...255`: red, green, blue, row by row from the top.
  public let pixels: [UInt8]

  /// Wraps interleaved values.
  ///
  /// - Precondition: `pixels.count == width * height * 3`, both at least 0.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width >= 0 && height >= 0 && pixels.count == width * height * 3,
      "Image: \(pixels.count) values for \(width)×\(height) pixels of 3")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
