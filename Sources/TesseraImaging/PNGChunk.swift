/// One chunk of a PNG: where it lies and what it is called.
///
///     +---------------+-------------+-------------------+------------------------+
///     | length (u32)  | name (4)    | payload (length)  | CRC of name + payload  |
///     +---------------+-------------+-------------------+------------------------+
struct PNGChunk {
  let name: String
  /// The whole chunk, from its length to its checksum.
  let range: Range<Int>
  /// The bytes between name and checksum.
  let payload: Range<Int>
  /// Whether a decoder must know it: its name begins with a capital.
  let isCritical: Bool

  /// Reads a chunk's frame and makes sure that it lies within the bytes.
  init(at offset: Int, in bytes: [UInt8]) throws(PNGError) {
    guard offset + 8 <= bytes.count else { throw .truncated(byteCount: bytes.count, chunk: "IEND") }
    let letters = bytes[offset + 4..<offset + 8]
    guard letters.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) && $0 < 0x80 }) else {
      throw .malformed(chunk: "at byte \(offset)", reason: "has no name of four letters")
    }
    name = String(decoding: letters, as: UTF8.self)
    isCritical = bytes[offset + 4] & 0x20 == 0
    let length = Int(bytes.bigEndian32(at: offset))
    guard length <= Int(Int32.max) else {
      throw .malformed(chunk: name, reason: "gives its length as \(length) bytes")
    }
    guard length <= bytes.count - offset - 12 else { throw .truncated(byteCount: bytes.count, chunk: name) }
    range = offset..<offset + 12 + length
    payload = offset + 8..<offset + 8 + length
  }

  /// Compares the checksum, bit by bit: meant for short chunks.
  func checkChecksum(in bytes: [UInt8]) throws(PNGError) {
    // CRC-32 of ISO 3309, as the format prescribes: reflected polynomial 0xEDB88320, all ones before and after.
    var crc = UInt32.max
    for byte in bytes[range.lowerBound + 4..<payload.upperBound] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    guard ~crc == bytes.bigEndian32(at: payload.upperBound) else { throw .checksumMismatch(chunk: name) }
  }
}

extension [UInt8] {
  /// The number in the four bytes at `offset`.
  func bigEndian32(at offset: Int) -> UInt32 {
    self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
