import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct FrameDecoderTests {
  private let rules = FrameRules(types: [.ping, .info, .data], version: .one, lastOpened: RequestID(rawValue: 1))

  /// Three frames, the last of them DATA.
  private var stream: [UInt8] {
    var sealer = FrameSealer()
    var bytes = sealer.seal(.ping, id: .connection, version: .one, payload: Ping(token: 7).encoded()).array
    bytes += sealer.seal(.info, id: .connection, version: .one, payload: InfoRequest(model: "m").encoded()).array
    let chunk = Chunk(codec: .identity, plainLength: 300, wire: ByteBuffer(repeating: 3, count: 300))
    bytes += sealer.seal(chunk, type: .data, id: RequestID(rawValue: 1), version: .one, isLast: true).array
    return bytes
  }

  private func decode(_ pieces: [[UInt8]], skipping: Bool = false) throws -> [FrameDecoder.Payload] {
    var decoder = FrameDecoder()
    var payloads: [FrameDecoder.Payload] = []
    for piece in pieces {
      decoder.append(ByteBuffer(bytes: piece))
      while true {
        if decoder.header == nil {
          guard try decoder.readHeader(rules) != nil else { break }
          if skipping { decoder.skipPayload() }
        }
        guard let payload = decoder.readPayload() else { break }
        payloads.append(payload)
      }
    }
    #expect(!decoder.isInsideFrame)
    return payloads
  }

  @Test func splitsMakeNoDifference() throws {
    let whole = try decode([stream])
    #expect(whole.count == 3)
    let dripped = try decode(stream.map { [$0] })
    #expect(dripped == whole)
    for cut in 1..<stream.count {
      let halves = try decode([Array(stream[..<cut]), Array(stream[cut...])])
      #expect(halves == whole)
    }
  }

  @Test func skipsAsBytesCome() throws {
    let skipped = [FrameDecoder.Payload](repeating: .skipped, count: 3)
    #expect(try decode([stream], skipping: true) == skipped)
    #expect(try decode(stream.map { [$0] }, skipping: true) == skipped)
  }

  @Test func tellsADamagedPayload() throws {
    var damaged = stream
    damaged[32] ^= 1
    let payloads = try decode([damaged])
    #expect(payloads.first == .damaged)
    #expect(payloads.count == 3)
  }

  @Test func refusesOnTheHeaderAlone() {
    var header = ByteBuffer()
    FrameHeader(
      wireLength: .max, plainLength: .max, requestID: RequestID(rawValue: 1), type: .data, flags: [],
      codec: .identity, version: .one, sequence: .first, payloadCRC: 0
    ).encode(into: &header)
    var decoder = FrameDecoder()
    decoder.append(header)
    #expect(throws: WireError.self) { try decoder.readHeader(rules) }
  }
}
