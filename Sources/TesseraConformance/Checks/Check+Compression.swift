internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// zstd frames put together by hand: 300 bytes of 7 in one block of run length, but for one rule.
  static let compression: [Check] = codecFaults + sizeFaults

  private static let codecFaults: [Check] = brokenFrames.map { (name, rule, wire) in
    broken("zstd-\(name)", rule, wire, .codec)
  }

  private static let sizeFaults: [Check] = [
    broken(
      "zstd-content-size-less", "the content size is plain_len", frame(size: [0x2b, 0]),
      .sizeMismatch),
    broken(
      "zstd-content-size-more", "the content size is plain_len", frame(size: [0x2d, 0]),
      .sizeMismatch),
    broken(
      "zstd-blocks-hold-less", "the blocks hold exactly the content size",
      frame(block: [0x5b, 0x09, 0, 7]),
      .codec, .sizeMismatch),
    broken(
      "zstd-blocks-hold-more", "the blocks hold exactly the content size",
      frame(block: [0x6b, 0x09, 0, 7]),
      .codec, .sizeMismatch),
    broken(
      "zstd-bomb", "the blocks hold exactly the content size", frame(block: [0x03, 0, 0x10, 7]),
      .codec, .sizeMismatch),
    Check(.compression, "zstd-right", "a strict frame is read, and its bytes are the message's") {
      (talk: inout Script) throws(Skip) in
      try talk.requireZstd()
      let image = try talk.facts.image()
      let flat = [UInt8](repeating: 7, count: image.bytes.count)
      guard flat.count > 64, flat.count <= Int(talk.facts.limits.maxChunk),
        let wire = compressed(flat)
      else { throw Skip("the smallest image does not shrink") }
      try talk.shake()
      talk.open(image) { $0.digest = ContentDigest(of: flat) }
      talk.data(zstd: wire, plainLength: UInt32(flat.count))
      talk.expect(.answer())
    },
  ]

  private static let brokenFrames: [(String, String, [UInt8])] = [
    (
      "without-checksum", "the content checksum is present", frame(descriptor: 0x60, checksum: [])
    ),
    ("wrong-checksum", "the content checksum is right", frame(checksum: [0, 0, 0, 0])),
    ("without-content-size", "the content size is present", frame(descriptor: 0x04, size: [0])),
    ("dictionary", "there is no dictionary id", frame(descriptor: 0x65, size: [5] + size)),
    ("reserved-bit", "the reserved bit is 0", frame(descriptor: 0x6c)),
    ("unused-bit", "the unused bit is 0", frame(descriptor: 0x74)),
    (
      "window-over-1-MiB", "the window is at most the DATA limit",
      frame(descriptor: 0x44, size: [0x51] + size)
    ),
    (
      "window-of-2-GiB", "the window is at most the DATA limit",
      frame(descriptor: 0x44, size: [0xa8] + size)
    ),
    ("skippable-frame-before", "the payload is exactly one frame", skippable + frame()),
    ("skippable-frame-alone", "the payload is exactly one frame", skippable),
    ("trailing-byte", "the payload is exactly one frame", frame() + [0]),
    ("two-frames", "the payload is exactly one frame", frame() + frame()),
    ("cut-in-header", "the frame is whole", Array(frame().prefix(6))),
    ("cut-in-block", "the frame is whole", Array(frame().prefix(9))),
    ("cut-in-checksum", "the frame is whole", Array(frame().dropLast())),
    ("magic", "the magic number is zstd's", [0x29] + frame().dropFirst()),
    ("gzip", "the magic number is zstd's", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    ("reserved-block", "blocks are those of RFC 8878", frame(block: [0x67, 0x09, 0, 7])),
    ("no-last-block", "blocks are those of RFC 8878", frame(block: [0x62, 0x09, 0, 7])),
    (
      "block-of-nonsense", "blocks are those of RFC 8878",
      frame(block: [0x25, 0, 0, 255, 255, 255, 255])
    ),
  ]

  /// A strict frame; nil where it would not be shorter.
  private static func compressed(_ plain: [UInt8]) -> [UInt8]? {
    guard let encoder = ZstdEncoder() else { return nil }
    let wire = plain.withUnsafeBytes { encoder.compress($0) }
    return wire.map { Array($0.readableBytesView) }
  }

  /// A frame as the first chunk of a PNG, which may have any length; the fault is found before anything is decoded.
  private static func broken(_ name: String, _ rule: String, _ wire: [UInt8], _ codes: ErrorCode...)
    -> Check
  {
    Check(.compression, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.requireZstd()
      let image = try talk.facts.image()
      guard let model = talk.facts.model, model.inputs & 2 == 2 else {
        throw Skip("the model takes no PNG")
      }
      guard talk.facts.limits.maxChunk >= 300, talk.facts.limits.maxMessage >= 300 else {
        throw Skip("max_chunk or max_message is under 300")
      }
      try talk.shake()
      talk.open(image) {
        $0.input = InputKind.png.rawValue
        $0.total = 300
        $0.digest = ContentDigest(of: [UInt8](repeating: 7, count: 300))
      }
      talk.data(zstd: wire, plainLength: 300)
      talk.expect(.refused(1, codes))
      talk.expectMore()
    }
  }

  /// 300 as a content size of two bytes, which leaves 256 out.
  private static let size: [UInt8] = [0x2c, 0]
  private static let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]

  /// Magic number, descriptor (one segment, size of two bytes, checksum), size, block (last, run length, 300 of 7),
  /// and the checksum: the low half of XXH64 of the 300 bytes.
  private static func frame(
    descriptor: UInt8 = 0x64, size: [UInt8] = Check.size, block: [UInt8] = [0x63, 0x09, 0, 7],
    checksum: [UInt8] = [0xdb, 0xc7, 0x1d, 0x0c]
  ) -> [UInt8] {
    [0x28, 0xb5, 0x2f, 0xfd, descriptor] + size + block + checksum
  }
}
