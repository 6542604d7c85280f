/// A colour in 8-bit sRGB.
public struct Color: Hashable, Sendable {
  /// Red, green and blue in `0...255`.
  public let red, green, blue: UInt8

  /// Makes a colour of its three parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

extension Color {
  /// The customary colour of void.
  public static let black = Color(red: 0, green: 0, blue: 0)
  /// The brightest colour.
  public static let white = Color(red: 255, green: 255, blue: 255)
  /// The colour in which Pascal VOC shows void, where black is the background.
  static let cream = Color(red: 224, green: 224, blue: 192)
}
