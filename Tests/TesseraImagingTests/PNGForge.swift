/// Builds PNG files chunk by chunk, sound or not, without libpng.
struct PNGForge {
  var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Begins with a header that may promise anything.
  init(width: Int, height: Int, bitDepth: UInt8 = 8, colorType: UInt8 = 0, interlace: UInt8 = 0) {
    add("IHDR", bigEndian(width) + bigEndian(height) + [bitDepth, colorType, 0, 0, interlace])
  }

  mutating func add(_ name: String, _ payload: [UInt8] = []) {
    let named = Array(name.utf8) + payload
    bytes += bigEndian(payload.count) + named + bigEndian(Int(Self.crc(named)))
  }

  /// Adds the file's end after image data of the given uncompressed bytes.
  func finished(data: [UInt8]) -> [UInt8] {
    var copy = self
    copy.add("IDAT", Self.stored(data))
    copy.add("IEND")
    return copy.bytes
  }

  /// A zlib stream that holds the data as it is.
  static func stored(_ data: [UInt8]) -> [UInt8] {
    precondition(data.count < 65_536)
    let count = UInt16(data.count)
    return [0x78, 0x01, 0x01, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      + data + adler(data)
  }

  /// A zlib stream of `1 + 258 * matches` zeros, 13 bits for 258 of them: what a bomb is made of.
  static func zeros(matches: Int) -> [UInt8] {
    var bits: [UInt8] = [1, 1, 0]  // last block, fixed Huffman codes
    bits += [0, 0, 1, 1, 0, 0, 0, 0]  // literal 0
    for _ in 0..<matches { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }  // length 258, distance 1
    bits += [0, 0, 0, 0, 0, 0, 0]  // end of block
    bits += [UInt8](repeating: 0, count: (8 - bits.count % 8) % 8)
    let packed = stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 | bits[start + $1] << UInt8($1) }
    }
    let count = 1 + 258 * matches
    return [0x78, 0x01] + packed + bigEndian((count % 65_521) << 16 | 1)
  }

  private static func adler(_ data: [UInt8]) -> [UInt8] {
    var low = 1
    var high = 0
    for byte in data {
      low = (low + Int(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return bigEndian(high << 16 | low)
  }

  private static let crcTable: [UInt32] = (0..<256).map { start in
    (0..<8).reduce(UInt32(start)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crcTable[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
  }
}

func bigEndian(_ value: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
}

/// The names of a sound PNG's chunks in order.
func chunkNames(_ png: [UInt8]) -> [String] {
  var names: [String] = []
  var offset = 8
  while offset + 12 <= png.count {
    names.append(String(decoding: png[offset + 4..<offset + 8], as: UTF8.self))
    offset += 12 + png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
  return names
}
