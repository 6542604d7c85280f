import NIOCore
import Testing

@testable import TesseraProtocol

/// Bytes of the specification, written out.
@Suite struct GoldenFrameTests {
  private let hello = hex(
    """
    09000000 09000000 0000000000000000 01 00 00 00 00000000 6fc5ab67 dec39d60  00001000 01 01 01 00 00
    """)
  private let ping = hex(
    "08000000 08000000 0000000000000000 20 00 00 01 01000000 bb7604a2 7b4305c8 74657373 65726121")
  private let pong = hex(
    "08000000 08000000 0000000000000000 a0 00 00 01 01000000 bb7604a2 e3834b01 74657373 65726121")
  /// "tessera!", least significant byte first.
  private let token: UInt64 = 0x2161_7265_7373_6574

  @Test func prefaceIsFixed() {
    #expect(Preface.bytes == hex("89 54 53 50 0D 0A 1A 0A"))
  }

  @Test func helloAndPingAreSealedToTheLetter() {
    var sealer = FrameSealer()
    let message = Hello(largestChunk: 1 << 20, versions: [.one], codecs: [.identity], agent: "")
    #expect(sealer.seal(.hello, id: .connection, version: .unnegotiated, payload: message.encoded()).array == hello)
    #expect(
      sealer.seal(.ping, id: .connection, version: .one, payload: Ping(token: token).encoded()).array == ping)
  }

  @Test func aServerAnswersThemWithTheConstantPong() {
    var served = Served()
    served.receive(ByteBuffer(bytes: Preface.bytes + hello + ping))
    #expect(served.types == [.helloAck, .pong])
    let (header, payload) = served.frames[1]
    var frame = ByteBuffer()
    header.encode(into: &frame)
    #expect(frame.array + payload == pong)
  }
}
