import CTesseraZstd
import NIOCore
import TesseraProtocol

extension FuzzTarget {
  /// The strict zstd reader: three bytes of the plain length, one of the window's limit, then the frame.
  static let zstd = FuzzTarget(
    name: "zstd", longest: 512,
    examples: {
      let plains: [[UInt8]] = [
        [UInt8](repeating: 7, count: 40), [UInt8](repeating: 0, count: 70_000),
        (0..<300).map { UInt8($0 * $0 % 11) }, Array(String(repeating: "label map, ", count: 20).utf8),
        (0..<3000).map { UInt8($0 % 251 / 16) },
      ]
      return try plains.flatMap { plain in
        try ZstdEncoder.levels.map { level in
          guard let wire = ZstdEncoder(level: level)?.compress(plain) else {
            throw BrokenPromise("zstd does not compress")
          }
          let length = (0..<3).map { UInt8(truncatingIfNeeded: plain.count >> (8 * $0)) }
          return length + [17] + wire
        }
      }
    },
    check: { (input) throws(BrokenPromise) in
      guard input.count >= 4 else { return }
      // One-shot decoding needs the exact size; at most 128 KiB keep a run short.
      let length = (Int(input[0]) | Int(input[1]) << 8 | Int(input[2]) << 16) % (1 << 17 + 1)
      let limit = UInt32(1) << UInt32(input[3] % 21)
      let wire = Array(input.dropFirst(4))
      guard let decoder = ZstdDecoder() else { throw BrokenPromise("zstd does not start") }
      let plain = try decoded(wire, length, limit, by: decoder)
      try checkPoisoned(wire, length, limit, plain)
      if let plain { try checkAgain(plain, length, by: decoder) }
      // Whatever came before, the next sound frame is read.
      guard let sound = ZstdEncoder()?.compress(soundPlain) else { throw BrokenPromise("zstd does not start") }
      try promise(
        try decoded(sound, soundPlain.count, 1 << 20, by: decoder) == soundPlain,
        "a sound frame is refused behind a broken one")
    }, repair: .none)

  private static let soundPlain = [UInt8](repeating: 3, count: 50)

  private static func decoded(
    _ wire: [UInt8], _ length: Int, _ limit: UInt32, by decoder: borrowing ZstdDecoder
  ) throws(BrokenPromise) -> [UInt8]? {
    do throws(WireError) {
      let plain = try decoder.decompress(ByteBuffer(bytes: wire), plainLength: UInt32(length), windowLimit: limit)
      guard plain.count == length else { throw WireError(.internal, "another length") }
      return plain
    } catch {
      guard error.code == .codec || error.code == .sizeMismatch else {
        throw BrokenPromise("\(wire.count) bytes are refused with \(error)")
      }
      return nil
    }
  }

  /// Decodes into memory of two patterns: what was not written shows, and so does what was written behind the end.
  private static func checkPoisoned(
    _ wire: [UInt8], _ length: Int, _ limit: UInt32, _ plain: [UInt8]?
  ) throws(BrokenPromise) {
    guard let context = tessera_zstd_decoder_create() else { throw BrokenPromise("zstd does not start") }
    defer { tessera_zstd_decoder_free(context) }
    for pattern in [Poison.byte, ~Poison.byte] {
      var space = [UInt8](repeating: pattern, count: length + 64)
      let status = tessera_zstd_decode(context, wire, wire.count, &space, length, UInt64(limit))
      try promise((status == TESSERA_ZSTD_OK) == (plain != nil), "the same frame is read once and refused once")
      if let plain { try promise(space.starts(with: plain), "some of the plain bytes were never written") }
      try promise(space[length...].allSatisfy { $0 == pattern }, "the decoder writes behind the end")
    }
  }

  /// What was read can be written and read again.
  private static func checkAgain(
    _ plain: [UInt8], _ length: Int, by decoder: borrowing ZstdDecoder
  ) throws(BrokenPromise) {
    guard let again = ZstdEncoder()?.compress(plain) else { return }
    try promise(try decoded(again, length, 1 << 20, by: decoder) == plain, "plain bytes change on their way")
  }
}

extension ZstdEncoder {
  /// Compresses bytes; nil where they would not shrink.
  fileprivate borrowing func compress(_ plain: [UInt8]) -> [UInt8]? {
    plain.withUnsafeBytes { compress($0) }.map { Array($0.readableBytesView) }
  }
}
