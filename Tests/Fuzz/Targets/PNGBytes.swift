/// PNGs by hand: chunks, their checksums, and image data that is stored and not compressed.
enum PNGBytes {
  /// A chunk with its length, name and checksum.
  struct Chunk {
    let name: String
    let range: Range<Int>
    var payload: Range<Int> { range.lowerBound + 8..<range.upperBound - 4 }
  }

  /// The chunks behind the signature, as far as they are whole.
  static func chunks(of bytes: [UInt8]) -> [Chunk] {
    var chunks: [Chunk] = []
    var place = 8
    while place + 12 <= bytes.count {
      let length = Int(bigEndian: bytes[place..<place + 4])
      guard length <= bytes.count - place - 12 else { break }
      let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      chunks.append(Chunk(name: name, range: place..<place + 12 + length))
      place += 12 + length
    }
    return chunks
  }

  /// Puts the checksums of all chunks right, and that of image data which is stored.
  static func repair(_ bytes: inout [UInt8]) {
    for chunk in chunks(of: bytes) {
      if chunk.name == "IDAT" { repairStored(&bytes, chunk.payload) }
      let covered = bytes[chunk.payload.lowerBound - 4..<chunk.payload.upperBound]
      bytes.set(crc(covered).byteSwapped, at: chunk.payload.upperBound)
    }
  }

  /// A stream of one stored block gets its length, the complement of it, and its checksum.
  private static func repairStored(_ bytes: inout [UInt8], _ payload: Range<Int>) {
    let start = payload.lowerBound
    guard payload.count >= 11, bytes[start..<start + 3].elementsEqual([0x78, 1, 1]) else { return }
    let count = UInt16(truncatingIfNeeded: payload.count - 11)
    bytes.set(count, at: start + 3)
    bytes.set(~count, at: start + 5)
    bytes.set(adler(bytes[start + 7..<payload.upperBound - 4]).byteSwapped, at: payload.upperBound - 4)
  }

  /// A picture of 5×3 pixels with plain image data.
  static func stored(color: UInt8, depth: UInt8, interlaced: UInt8) -> [UInt8] {
    let (width, height) = (5, 3)
    let channels = [1, 1, 3, 1, 2, 1, 4][Int(color)]
    // Column start, row start, column step, row step of each pass.
    let passes =
      interlaced == 0
      ? [(0, 0, 1, 1)]
      : [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    var rows: [UInt8] = []
    for (column, row, columnStep, rowStep) in passes {
      let columns = (width - column + columnStep - 1) / columnStep
      guard columns > 0 else { continue }
      let stride = (columns * channels * Int(depth) + 7) / 8
      for line in Swift.stride(from: row, to: height, by: rowStep) {
        // Each of the five filters in turn; small values keep palette indices in range.
        rows += [UInt8(line % 5)] + (0..<stride).map { color == 3 ? 0 : UInt8(truncatingIfNeeded: $0 * 37 + line) }
      }
    }
    let header: [UInt8] = [0, 0, 0, UInt8(width), 0, 0, 0, UInt8(height), depth, color, 0, 0, interlaced]
    let data = [0x78, 1, 1, 0, 0, 0, 0] + rows + [0, 0, 0, 0]
    let palette: [UInt8] = (0..<(3 << min(Int(depth), 3))).map { UInt8($0) }
    var bytes = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
    if color == 3 { bytes += chunk("PLTE", palette) }
    bytes += chunk("IDAT", data) + chunk("IEND", [])
    repair(&bytes)
    return bytes
  }

  private static func chunk(_ name: String, _ payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 0, 0] + Array(name.utf8) + payload + [0, 0, 0, 0]
    bytes.set(UInt32(payload.count).byteSwapped, at: 0)
    return bytes
  }

  /// CRC-32 of ISO 3309.
  private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
  }

  /// The checksum of RFC 1950.
  private static func adler(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }
}

extension Int {
  fileprivate init(bigEndian bytes: ArraySlice<UInt8>) { self = bytes.reduce(0) { $0 << 8 | Int($1) } }
}
