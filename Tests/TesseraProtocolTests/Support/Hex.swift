import NIOCore

/// Bytes written as hexadecimal digits, with any white space between.
func hex(_ digits: String) -> [UInt8] {
  let digits = digits.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

extension ByteBuffer {
  /// The readable bytes.
  var array: [UInt8] { Array(readableBytesView) }
}
