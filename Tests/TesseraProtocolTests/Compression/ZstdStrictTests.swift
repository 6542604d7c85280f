import NIOCore
import TestSupport
import Testing

@testable import TesseraProtocol

@Suite struct ZstdStrictTests {
  private func decode(
    _ bytes: [UInt8], plainLength: Int = 12, windowLimit: UInt32 = 1 << 20
  ) throws(WireError) -> [UInt8] {
    guard let decoder = ZstdDecoder() else { throw WireError(.internal, "no memory") }
    return try decoder.decompress(
      ByteBuffer(bytes: bytes), plainLength: UInt32(plainLength), windowLimit: windowLimit)
  }

  private func code(_ bytes: [UInt8], plainLength: Int = 12, windowLimit: UInt32 = 1 << 20) -> ErrorCode? {
    do throws(WireError) {
      _ = try decode(bytes, plainLength: plainLength, windowLimit: windowLimit)
      return nil
    } catch { return error.code }
  }

  private func code(_ change: (inout ZstdFrame) -> Void) -> ErrorCode? {
    var frame = ZstdFrame()
    change(&frame)
    return code(frame.bytes)
  }

  @Test func acceptsAFrameMadeByHand() throws {
    #expect(try decode(ZstdFrame().bytes) == ZstdFrame.plain)
  }

  @Test func acceptsEveryWidthOfContentSize() {
    #expect(
      code {
        $0.descriptor = 0b1010_0100
        $0.contentSize = [12, 0, 0, 0]
      } == nil)
    #expect(
      code {
        $0.descriptor = 0b1110_0100
        $0.contentSize = [12, 0, 0, 0, 0, 0, 0, 0]
      } == nil)
    // Two bytes count from 256.
    let plain = [UInt8](repeating: 7, count: 300)
    var frame = ZstdFrame()
    frame.descriptor = 0b0110_0100
    frame.contentSize = [44, 0]
    frame.blocks = ZstdFrame.rle(7, count: 300, isLast: true)
    frame.checksum = ZstdFrame.checksum(of: plain)
    #expect(code(frame.bytes, plainLength: 300) == nil)
  }

  @Test(arguments: ZstdEncoder.levels) func roundTrip(level: Int) throws {
    guard let encoder = ZstdEncoder(level: level), let decoder = ZstdDecoder() else {
      Issue.record("no memory")
      return
    }
    for count in [2, 40, 300, 70_000, 1 << 20] {
      let plain = [UInt8](repeating: 9, count: count)
      guard let wire = plain.withUnsafeBytes({ encoder.compress($0) }) else {
        #expect(count < 40)
        continue
      }
      #expect(wire.readableBytes < count)
      let back = try decoder.decompress(wire, plainLength: UInt32(count), windowLimit: 1 << 20)
      #expect(back == plain)
    }
  }

  @Test func leavesAloneWhatDoesNotShrink() throws {
    var generator = SplitMix64(seed: 1)
    let noise = generator.bytes(1000)
    guard let encoder = ZstdEncoder() else {
      Issue.record("no memory")
      return
    }
    #expect(noise.withUnsafeBytes { encoder.compress($0) } == nil)
    #expect([UInt8]().withUnsafeBytes { encoder.compress($0) } == nil)
    let body = MessageBody([noise], encoding: BodyEncoding(chunkLimit: 400, codec: .zstd))
    #expect(body.chunks.map(\.codec) == [.identity, .identity, .identity])
    #expect(body.chunks.map(\.plainLength) == [400, 400, 200])
    #expect(body.digest == ContentDigest(of: noise))
  }

  @Test func refusesWithoutChecksum() {
    #expect(
      code {
        $0.descriptor &= ~4
        $0.checksum = []
      } == .codec)
  }

  @Test func refusesAWrongChecksum() { #expect(code { $0.checksum[0] ^= 1 } == .codec) }

  @Test func refusesWithoutContentSize() {
    #expect(
      code {
        $0.descriptor = 0b0000_0100
        $0.window = [0]
        $0.contentSize = []
      } == .codec)
  }

  @Test func refusesADictionary() {
    #expect(
      code {
        $0.descriptor |= 1
        $0.dictionary = [5]
      } == .codec)
  }

  @Test(arguments: [UInt8(8), 16]) func refusesReservedAndUnusedBits(bit: UInt8) {
    #expect(code { $0.descriptor |= bit } == .codec)
  }

  @Test func refusesALargeWindow() {
    func frame(window: UInt8) -> [UInt8] {
      var frame = ZstdFrame()
      frame.descriptor = 0b1000_0100
      frame.window = [window]
      frame.contentSize = [12, 0, 0, 0]
      return frame.bytes
    }
    #expect(code(frame(window: 10 << 3)) == nil)  // 1 MiB.
    #expect(code(frame(window: 10 << 3 | 1)) == .codec)
    #expect(code(frame(window: 21 << 3)) == .codec)  // 2 GiB.
    #expect(code(frame(window: 0xff)) == .codec)
    #expect(code(frame(window: 0), windowLimit: 1023) == .codec)
  }

  @Test func refusesSkippableFrames() {
    let skippable = hex("502a4d18 04000000 01020304")
    #expect(code(skippable) == .codec)
    #expect(code(skippable + ZstdFrame().bytes) == .codec)
    #expect(code(ZstdFrame().bytes + skippable) == .codec)
  }

  @Test func refusesTrailingBytesAndASecondFrame() {
    #expect(code(ZstdFrame().bytes + [0]) == .codec)
    #expect(code(ZstdFrame().bytes + ZstdFrame().bytes) == .codec)
    #expect(code(ZstdFrame().bytes + ZstdFrame().bytes, plainLength: 24) == .sizeMismatch)
  }

  @Test func refusesEveryTruncation() {
    let bytes = ZstdFrame().bytes
    for count in bytes.indices { #expect(code(Array(bytes.prefix(count))) == .codec) }
  }

  @Test func refusesAnotherContentSize() {
    #expect(code(ZstdFrame().bytes, plainLength: 13) == .sizeMismatch)
    #expect(code(ZstdFrame().bytes, plainLength: 11) == .sizeMismatch)
    #expect(
      code {
        $0.descriptor = 0b1110_0100
        $0.contentSize = [12, 0, 0, 0, 0, 0, 0, 1]
      } == .sizeMismatch)
  }

  /// RLE blocks turn four bytes into 128 KiB; the header says twelve.
  @Test func refusesABombThatLies() {
    let bomb = (0..<64).flatMap { ZstdFrame.rle(0, count: 131_072, isLast: $0 == 63) }
    #expect(code { $0.blocks = bomb } == .sizeMismatch)
    let small = ZstdFrame.rle(0, count: 13, isLast: true)
    let code = code { $0.blocks = small }
    #expect(code == .codec || code == .sizeMismatch)
  }

  @Test func refusesLessThanItSays() {
    let code = code {
      $0.blocks = ZstdFrame.raw(Array(ZstdFrame.plain.prefix(11)), isLast: true)
      $0.checksum = ZstdFrame.checksum(of: Array(ZstdFrame.plain.prefix(11)))
    }
    #expect(code == .codec || code == .sizeMismatch)
  }

  @Test func noticesEveryFlippedBit() {
    let bytes = ZstdFrame().bytes
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(code(damaged) != nil)
    }
  }

  @Test func survivesRandomBytesBehindTheMagicNumber() {
    var generator = SplitMix64(seed: 4)
    for _ in 0..<3000 {
      var bytes = ZstdFrame().bytes
      let start = Int.random(in: 4..<bytes.count, using: &generator)
      bytes.replaceSubrange(start..., with: generator.bytes(Int.random(in: 0..<40, using: &generator)))
      if let plain = try? decode(bytes) { #expect(plain.count == 12) }
    }
  }
}
