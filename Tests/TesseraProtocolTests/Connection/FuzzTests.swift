import NIOCore
import TestSupport
import Testing

@testable import TesseraProtocol

/// No bytes make a reader trap, hang or grow; what is right about them does not matter here.
@Suite struct FuzzTests {
  @Test func randomBytesForAServer() {
    var generator = SplitMix64(seed: 11)
    for round in 0..<6000 {
      var served = Served()
      // A third of the rounds starts behind the handshake.
      if round % 3 == 0 { served.receive(RawPeer().bytes) }
      served.receive(ByteBuffer(bytes: generator.bytes(Int.random(in: 0..<100, using: &generator))))
    }
  }

  @Test func randomPayloadsInSoundFramesForAServer() {
    var generator = SplitMix64(seed: 12)
    let types: [MessageType] = [.hello, .auth, .open, .data, .cancel, .ping, .info]
    for round in 0..<6000 {
      var served = Served { if round % 4 == 0 { $0.authentication = .token } }
      var peer = RawPeer()
      if round % 2 == 0 { peer.open(1) }
      for _ in 0..<3 {
        guard let type = types.randomElement(using: &generator) else { continue }
        let frame = Self.frame(type, sequence: peer.sealer, &generator)
        peer.send(frame.header, payload: frame.payload)
      }
      served.receive(peer.bytes)
    }
  }

  @Test func randomPayloadsInSoundFramesForAClient() {
    var generator = SplitMix64(seed: 13)
    let types = MessageType.assigned.filter { $0.direction == .serverToClient }
    for round in 0..<4000 {
      var pair = Pair()
      pair.answersAtOnce = false
      if round % 3 > 0 { _ = try? pair.open(.random(2, 1)) }
      pair.run()
      for index in 0..<2 {
        guard let type = types.randomElement(using: &generator) else { continue }
        let sequence = UInt32(index + (round % 3 > 0 ? 1 : 0))
        let frame = Self.frame(type, number: sequence, &generator)
        var bytes = ByteBuffer()
        frame.header.encode(into: &bytes)
        bytes.writeBytes(frame.payload)
        pair.client.receive(bytes, now: pair.now)
        _ = pair.performClientActions()
      }
      for case .result(_, let received) in pair.clientActions { _ = try? received.decode() }
    }
  }

  /// Sound messages with a few bytes changed reach deeper than noise.
  @Test func mutatedMessages() {
    var generator = SplitMix64(seed: 14)
    func attack<M: WireMessage>(_ message: M) {
      let sound = message.encoded().array
      for _ in 0..<700 {
        var bytes = sound
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
          bytes[Int.random(in: bytes.indices, using: &generator)] = generator.bytes(1)[0]
        }
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
        guard let read = try? M.decode(ByteBuffer(bytes: bytes)) else { continue }
        // What was read is written as it was.
        #expect(read.encoded().array == bytes)
      }
    }
    attack(Hello(largestChunk: 1 << 20, versions: [.one], codecs: [.zstd], agent: "abc", extensions: Self.extensions))
    attack(
      HelloAck(
        version: .one, state: .ready, authentication: .none, helloCRC: 1, instance: 2, limits: ProtocolLimits(),
        codecs: [.zstd], agent: "abc", extensions: Self.extensions))
    var open = Open(input: .rgb8, outputs: .labels, width: 2, height: 1, total: 6, digest: .zero, model: "toy")
    open.extensions = Self.extensions
    attack(open)
    attack(ErrorMessage(SegmentationError(.internal)))
    attack(GoAway(lastID: .max, grace: .zero, code: .draining))
    attack(Auth(token: [1, 2, 3]))
    attack(InfoRequest(model: "toy"))
  }

  private static let extensions = [TLV(.traceparent, [1, 2, 3])]

  private static func frame(
    _ type: MessageType, sequence sealer: FrameSealer, _ generator: inout SplitMix64
  ) -> (header: FrameHeader, payload: [UInt8]) {
    var sealer = sealer
    let probe = sealer.seal(.ping, id: .connection, version: .one, payload: Ping(token: 0).encoded())
    var bytes = probe
    let number = (try? FrameHeader(reading: &bytes))?.sequence.rawValue ?? 0
    return frame(type, number: number, &generator)
  }

  /// A frame whose header is sound and whose payload is noise.
  private static func frame(
    _ type: MessageType, number: UInt32, _ generator: inout SplitMix64
  ) -> (header: FrameHeader, payload: [UInt8]) {
    var payload = generator.bytes(Int.random(in: 0..<120, using: &generator))
    if type == .ping || type == .pong { payload = generator.bytes(8) }
    if type == .cancel { payload = [] }
    let compressed = type.isData && Bool.random(using: &generator)
    let id: UInt64 =
      switch type.idRule {
      case .connection: 0
      case .new: 2
      default: 1
      }
    let header = FrameHeader(
      wireLength: UInt32(payload.count), plainLength: UInt32(payload.count) + (compressed ? 9 : 0),
      requestID: RequestID(rawValue: id), type: type, flags: type.isData && Bool.random(using: &generator) ? .end : [],
      codec: compressed ? .zstd : .identity, version: .one, sequence: SequenceNumber(rawValue: number),
      payloadCRC: CRC32C.checksum(payload))
    return (header, payload)
  }
}
