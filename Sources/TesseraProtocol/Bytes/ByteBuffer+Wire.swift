package import NIOCore

extension ByteBuffer {
  /// Writes an unsigned integer, least significant byte first.
  package mutating func writeWire<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
    writeInteger(value, endianness: .little)
  }

  /// Writes `str8`, cut at a character boundary to `limit` bytes.
  ///
  /// - Precondition: `limit` is at most 255, which its length can tell.
  package mutating func writeWire(_ string: String, limit: Int = Int(UInt8.max)) {
    var cut = string[...]
    while cut.utf8.count > limit { cut.removeLast() }
    writeWire(UInt8(cut.utf8.count))
    writeString(String(cut))
  }

  /// Writes one byte of count, then the bytes.
  ///
  /// - Precondition: `list` holds at most 255 bytes.
  package mutating func writeWire(list: [UInt8]) {
    precondition(list.count <= Int(UInt8.max), "list of \(list.count) entries; its count is one byte")
    writeWire(UInt8(list.count))
    writeBytes(list)
  }

  package mutating func writeWire(_ digest: ContentDigest) {
    writeBytes(digest.bytes)
  }

  /// Writes TLVs.
  ///
  /// - Precondition: ids ascend, and no value is longer than 65,535 bytes.
  package mutating func writeWire(_ extensions: [TLV]) {
    for (index, item) in extensions.enumerated() {
      precondition(
        index == 0 || extensions[index - 1].id.rawValue < item.id.rawValue, "TLV \(item.id): ids must ascend")
      precondition(item.value.count <= Int(UInt16.max), "TLV \(item.id): \(item.value.count) bytes")
      writeWire(item.id.rawValue)
      writeWire(UInt16(item.value.count))
      writeBytes(item.value)
    }
  }
}
