/// Where a pixel is: column `x` and row `y`, both from 0 at the top left.
public struct PixelPosition: Hashable, Sendable, CustomStringConvertible {
  /// Column, from 0 at the left.
  public let x: Int
  /// Row, from 0 at the top.
  public let y: Int

  /// Makes a position of its two parts.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }

  /// The position in row order, in rows of `width` pixels.
  init(offset: Int, width: Int) {
    self.init(x: offset % width, y: offset / width)
  }

  /// The position as people write it, such as "(4, 7)".
  public var description: String { "(\(x), \(y))" }
}
