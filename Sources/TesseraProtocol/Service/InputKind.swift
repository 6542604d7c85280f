/// How an image's bytes are coded.
public enum InputKind: UInt8, Hashable, Sendable {
  /// Three bytes a pixel, rows top first, no padding.
  case rgb8 = 1
  /// A PNG file.
  case png = 2
}
