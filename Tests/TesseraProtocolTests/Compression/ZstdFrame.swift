import NIOCore

@testable import TesseraProtocol

/// A zstd frame put together by hand (RFC 8878) from raw and RLE blocks, so that each rule can be broken alone.
struct ZstdFrame {
  var descriptor: UInt8 = 0b0010_0100  // One segment, checksum, content size in one byte.
  var window: [UInt8] = []
  var dictionary: [UInt8] = []
  var contentSize: [UInt8] = [12]
  var blocks: [UInt8] = ZstdFrame.raw(ZstdFrame.plain, isLast: true)
  var checksum = ZstdFrame.plainChecksum

  static let plain = Array("hello tessera".utf8.prefix(12))
  /// What ends a frame of ``plain``.
  static let plainChecksum = checksum(of: plain)

  var bytes: [UInt8] {
    hex("28b52ffd") + [descriptor] + window + dictionary + contentSize + blocks + checksum
  }

  static func raw(_ bytes: [UInt8], isLast: Bool) -> [UInt8] { header(0, bytes.count, isLast) + bytes }
  static func rle(_ byte: UInt8, count: Int, isLast: Bool) -> [UInt8] { header(1, count, isLast) + [byte] }

  private static func header(_ kind: Int, _ size: Int, _ isLast: Bool) -> [UInt8] {
    let value = size << 3 | kind << 1 | (isLast ? 1 : 0)
    return [UInt8(value & 255), UInt8(value >> 8 & 255), UInt8(value >> 16)]
  }

  /// XXH64 with seed 0, its low four bytes: Collet, xxHash specification 0.1.1, for inputs of any length.
  static func checksum(of input: [UInt8]) -> [UInt8] {
    let p1: UInt64 = 0x9e37_79b1_85eb_ca87
    let p2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    let p3: UInt64 = 0x1656_67b1_9e37_79f9
    let p4: UInt64 = 0x85eb_ca77_c2b2_ae63
    let p5: UInt64 = 0x27d4_eb2f_1656_67c5
    func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }
    func word(_ at: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(input[at + $1]) << UInt64(8 * $1) }
    }
    func round(_ acc: UInt64, _ lane: UInt64) -> UInt64 { rotate(acc &+ lane &* p2, 31) &* p1 }
    var at = 0
    var hash = p5
    if input.count >= 32 {
      var lanes = [p1 &+ p2, p2, 0, 0 &- p1]
      while at + 32 <= input.count {
        for i in 0..<4 { lanes[i] = round(lanes[i], word(at + 8 * i, 8)) }
        at += 32
      }
      hash = rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
      for lane in lanes { hash = (hash ^ round(0, lane)) &* p1 &+ p4 }
    }
    hash &+= UInt64(input.count)
    while at + 8 <= input.count {
      hash = rotate(hash ^ round(0, word(at, 8)), 27) &* p1 &+ p4
      at += 8
    }
    if at + 4 <= input.count {
      hash = rotate(hash ^ word(at, 4) &* p1, 23) &* p2 &+ p3
      at += 4
    }
    while at < input.count {
      hash = rotate(hash ^ UInt64(input[at]) &* p5, 11) &* p1
      at += 1
    }
    hash = (hash ^ hash >> 33) &* p2
    hash = (hash ^ hash >> 29) &* p3
    hash ^= hash >> 32
    return (0..<4).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
  }
}
