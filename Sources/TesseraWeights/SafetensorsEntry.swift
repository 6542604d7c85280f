/// One tensor as the header of a safetensors file describes it.
public struct SafetensorsEntry: Hashable, Sendable {
  /// The tensor's name, such as `encoder.down1.conv.weight`.
  public let name: String
  /// What one element is.
  public let dtype: SafetensorsDType
  /// The dimensions, outermost first as the bytes lie row-major; empty for a scalar.
  public let shape: [Int]
  /// Where its bytes lie, counted from the first byte after the header.
  public let byteRange: Range<Int>
}
