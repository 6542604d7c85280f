/// What one element of a stored tensor is.
///
/// The order is the format's own: the reference writer lays tensors out by it, the last first.
public enum SafetensorsDType: String, CaseIterable, Hashable, Sendable {
  /// A truth value in one byte.
  case bool = "BOOL"
  /// An unsigned byte.
  case u8 = "U8"
  /// A signed byte.
  case i8 = "I8"
  /// An 8-bit float with five exponent bits.
  case f8e5m2 = "F8_E5M2"
  /// An 8-bit float with four exponent bits.
  case f8e4m3 = "F8_E4M3"
  /// A signed 16-bit integer.
  case i16 = "I16"
  /// An unsigned 16-bit integer.
  case u16 = "U16"
  /// An IEEE half float.
  case f16 = "F16"
  /// The upper half of a 32-bit float.
  case bf16 = "BF16"
  /// A signed 32-bit integer.
  case i32 = "I32"
  /// An unsigned 32-bit integer.
  case u32 = "U32"
  /// An IEEE single float.
  case f32 = "F32"
  /// An IEEE double float.
  case f64 = "F64"
  /// A signed 64-bit integer.
  case i64 = "I64"
  /// An unsigned 64-bit integer.
  case u64 = "U64"

  /// Bytes an element.
  public var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .f64, .i64, .u64: 8
    }
  }

  /// Bytes that a tensor of this shape takes, packed; nil where the number does not fit `Int`.
  ///
  /// Dimensions are multiplied in order, as the reference reader does, so a later zero does not excuse an overflow.
  func byteCount(of shape: [Int]) -> Int? {
    var count = 1
    for dimension in shape + [byteCount] {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      count = product
    }
    return count
  }
}
