/// How many pixels a map or an image has in a row, and how many rows.
public struct PixelSize: Hashable, Sendable, CustomStringConvertible {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int

  /// Makes a size of its two parts.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The size as people write it, such as "480×360".
  public var description: String { "\(width)×\(height)" }
}
