/// One kind of thing: its name and the colour it is painted in.
public struct LabelClass: Hashable, Sendable {
  /// The name that people read.
  public let name: String
  /// The colour in pictures and palettes.
  public let color: Color

  /// Names a class and gives it a colour.
  public init(name: String, color: Color) {
    self.name = name
    self.color = color
  }
}
