import NIOCore
import TesseraLabels
import TestSupport
import Testing

@testable import TesseraProtocol

/// What holds for every message: round trip, every prefix, one byte more, and its limit.
@Suite struct WireMessageTests {
  private func verify<M: WireMessage>(_ message: M, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let payload = message.encoded()
    #expect(try M.decode(payload) == message, sourceLocation: sourceLocation)
    for count in 0..<payload.readableBytes {
      // Without its TLVs, a message may be whole; it must be another one then.
      let prefix = try? M.decode(ByteBuffer(bytes: payload.array.prefix(count)))
      #expect(prefix != message, sourceLocation: sourceLocation)
    }
    for extra: UInt8 in [0, 0xff] {
      #expect(throws: WireError.self, sourceLocation: sourceLocation) {
        try M.decode(ByteBuffer(bytes: payload.array + [extra]))
      }
    }
    let overLimit = ByteBuffer(repeating: 0, count: Int(M.type.payloadLimit) + 1)
    #expect(throws: WireError.self, sourceLocation: sourceLocation) { try M.decode(overLimit) }
  }

  private let digest = ContentDigest(of: [9])
  private let extensions = [TLV(TLV.ID(rawValue: 2), [1, 2]), TLV(TLV.ID(rawValue: 0x1a1a), [])]

  @Test func hello() throws {
    try verify(Hello(largestChunk: 65_536, versions: [.one], codecs: [.zstd], agent: "größe", extensions: extensions))
    try verify(Hello(largestChunk: .max, versions: [], codecs: [], agent: ""))
  }

  @Test func helloAcceptsNoSmallChunks() {
    let small = Hello(largestChunk: 65_535, versions: [.one], codecs: [], agent: "")
    #expect(throws: WireError.self) { try Hello.decode(small.encoded()) }
  }

  @Test func helloAck() throws {
    var limits = ProtocolLimits()
    limits.maxChunk = 77
    limits.credit = .max
    try verify(
      HelloAck(
        version: .one, state: .draining, authentication: .token, helloCRC: 5, instance: .max, limits: limits,
        codecs: [.zstd], agent: "x", extensions: extensions))
  }

  @Test func helloAckIsLaidOutAsSpecified() {
    let ack = HelloAck(
      version: .one, state: .ready, authentication: .certificate, helloCRC: 0x0403_0201, instance: 6,
      limits: ProtocolLimits(), codecs: [.zstd], agent: "ab")
    let expected = """
      01 01 02 00 01020304 0600000000000000
      00001000 00100000 10000000 00200000 0000000100000000 0000000400000000 0000000800000000 0000000400000000
      30750000 c0270900 c0d40100 88130000 10270000 204e0000  01 01  02 6162
      """
    #expect(ack.encoded().array == hex(expected))
  }

  @Test(arguments: [(1, 3), (2, 3), (3, 1), (16, 0), (24, 0)])
  func helloAckRefusesWhatItDoesNotKnow(offset: Int, value: UInt8) {
    let ack = HelloAck(
      version: .one, state: .ready, authentication: .none, helloCRC: 0, instance: 0, limits: ProtocolLimits(),
      codecs: [], agent: "")
    var bytes = ack.encoded().array
    bytes[offset] = value
    // max_chunk and max_inflight of 0.
    if offset == 16 { bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0]) }
    #expect(throws: WireError.self) { try HelloAck.decode(ByteBuffer(bytes: bytes)) }
  }

  @Test func auth() throws {
    try verify(Auth(token: [1, 2, 3]))
    try verify(Auth(token: []))
    let longest = Auth(token: [UInt8](repeating: 1, count: Auth.longestToken)).encoded()
    #expect(longest.readableBytes == 4096)
    #expect(try Auth.decode(longest).token.count == Auth.longestToken)
    #expect(throws: WireError.self) { try Auth.decode(ByteBuffer(bytes: hex("02 0100 aa"))) }
  }

  @Test func tokensAreCompared() {
    #expect(Auth.matches([1, 2], [1, 2]))
    #expect(!Auth.matches([1, 2], [1, 3]))
    #expect(!Auth.matches([1, 2], [1]))
    #expect(Auth.matches([], []))
  }

  @Test func authOK() throws { try verify(AuthOK(secondsValid: 3600)) }

  @Test func open() throws {
    var open = Open(
      input: .png, outputs: [.labels, .confidence], width: 3, height: 5, priority: .background, total: 99,
      budget: 1000, generation: 2, digest: digest, model: "toy")
    try verify(open)
    open.extensions = [TLV(.traceparent, Array("00-ab-cd-01".utf8)), TLV(TLV.ID(rawValue: 0x3a3a), [1])]
    try verify(open)
    #expect(open.traceparent == "00-ab-cd-01")
  }

  @Test func openIsLaidOutAsSpecified() {
    let open = Open(
      input: .rgb8, outputs: [.labels, .palettePNG], width: 2, height: 3, priority: .background, total: 18,
      budget: 5, generation: 4, digest: .zero, model: "m")
    let fixed = """
      01 01 1100 02000000 03000000 03 08 01 00 1200000000000000 05000000 04000000
      0000000000000000 0000000000000000 0000000000000000 0000000000000000  01 6d
      """
    #expect(open.encoded().array == hex(fixed))
  }

  @Test func openReservesByte15() {
    var bytes = Open(input: .rgb8, outputs: .labels, width: 1, height: 1, total: 3, digest: digest).encoded().array
    bytes[15] = 1
    #expect(throws: WireError.self) { try Open.decode(ByteBuffer(bytes: bytes)) }
  }

  private var result: ResultMessage {
    ResultMessage(
      width: 2, height: 3, classes: 300, inputDigest: digest, outputDigest: .zero, total: 18,
      receipt: Receipt(
        model: "toy", generation: 4, weightsDigest: .zero, pixelsDigest: digest, batchSize: 8,
        decodeTime: .microseconds(1), queueTime: .microseconds(2), computeTime: .microseconds(3)),
      sections: [
        Section(kind: 1, elementBytes: 2, length: 12), Section(kind: 2, elementBytes: 1, length: 6),
      ])
  }

  @Test func resultMessage() throws { try verify(result) }

  @Test func resultIsLaidOutAsSpecified() {
    let bytes = result.encoded().array
    #expect(
      Array(bytes[..<32])
        == hex("02000000 03000000 2c01 02 02 04000000 0800 0000 01000000 02000000 03000000"))
    #expect(Array(bytes[32..<64]) == ContentDigest.zero.bytes)
    #expect(Array(bytes[64..<96]) == digest.bytes)
    #expect(Array(bytes[96..<128]) == digest.bytes)
    #expect(Array(bytes[128..<160]) == ContentDigest.zero.bytes)
    #expect(
      Array(bytes[160...])
        == hex(
          """
          1200000000000000 03 746f79 01 02 0000 00000000 0c00000000000000 02 01 0000 00000000 0600000000000000
          """))
  }

  @Test(arguments: [8, 10, 18, 19])
  func resultRefusesWrongFixedFields(offset: Int) {
    var bytes = result.encoded().array
    // Classes become 0x01ff… of label bytes 1, and reserved bytes are no longer 0.
    bytes[offset] = offset == 10 ? 1 : 0xff
    if offset == 8 { bytes[9] = 0xff }
    #expect(throws: WireError.self) { try ResultMessage.decode(ByteBuffer(bytes: bytes)) }
  }

  @Test func errorMessage() throws {
    try verify(ErrorMessage(SegmentationError(.overloaded, "busy", retryAfter: .milliseconds(70), detail: 9)))
    try verify(
      ErrorMessage(
        SegmentationError(
          code: ErrorCode(rawValue: 999), scope: .connection, retry: .afterDelay, retryAfter: .zero, detail: 0,
          message: "")))
    let golden = ErrorMessage(SegmentationError(.draining, "go", retryAfter: .milliseconds(256), detail: 3))
    #expect(golden.encoded().array == hex("cb00 00 02 00010000 03000000 02 676f"))
    let long = ErrorMessage(SegmentationError(.internal, String(repeating: "é", count: 200)))
    #expect(long.encoded().readableBytes <= Int(MessageType.error.payloadLimit))
  }

  @Test(arguments: [2, 3]) func errorRefusesUnknownScopeAndRetry(offset: Int) {
    var bytes = ErrorMessage(SegmentationError(.internal)).encoded().array
    bytes[offset] = 4
    #expect(throws: WireError.self) { try ErrorMessage.decode(ByteBuffer(bytes: bytes)) }
  }

  @Test func cancelPingPongInfo() throws {
    try verify(Cancel())
    try verify(Ping(token: 1 << 60))
    try verify(Pong(token: 3))
    try verify(InfoRequest(model: "toy"))
    try verify(InfoRequest(model: ""))
  }

  @Test func goAway() throws {
    try verify(GoAway(lastID: .max, grace: .seconds(20), code: .draining))
    let golden = GoAway(lastID: RequestID(rawValue: 5), grace: .milliseconds(16), code: .draining)
    #expect(golden.encoded().array == hex("0500000000000000 10000000 cb00 0000"))
  }

  @Test(arguments: [false, true]) func infoAnswer(namesClasses: Bool) throws {
    let model = ModelSummary(FakeService.describe(classes: 3), namesClasses: namesClasses)
    let answer = InfoAnswer(
      state: .ready, reason: 0, queued: 1, queueLimit: 64, sinceCanary: .milliseconds(250), models: [model, model])
    let payload = answer.encoded()
    #expect(try InfoAnswer.decode(payload, namesClasses: namesClasses) == answer)
    for count in 0..<payload.readableBytes {
      #expect(throws: WireError.self) {
        try InfoAnswer.decode(ByteBuffer(bytes: payload.array.prefix(count)), namesClasses: namesClasses)
      }
    }
    #expect(throws: WireError.self) {
      try InfoAnswer.decode(ByteBuffer(bytes: payload.array + [0]), namesClasses: namesClasses)
    }
  }

  @Test func infoHoldsTheMostClassesThereCanBe() {
    let classes = (0..<ModelDescription.mostClasses).map { _ in
      LabelClass(name: String(repeating: "x", count: 300), color: Color(red: 1, green: 2, blue: 3))
    }
    let model = ModelDescription(
      name: "big", generation: 1, weightsDigest: .zero, classes: classes, outputs: .labels)
    let answer = InfoAnswer(
      state: .ready, reason: 0, queued: 0, queueLimit: 0, sinceCanary: .zero,
      models: [ModelSummary(model, namesClasses: true)])
    #expect(answer.encoded().readableBytes <= Int(MessageType.infoAnswer.payloadLimit))
  }

  @Test func greaseIsNeverAssignedNorCritical() {
    for digit in UInt64(0)..<16 {
      let grease = Grease(seed: digit << 60 | 12345)
      #expect(grease.version.rawValue & 15 == 10)
      #expect(grease.codec.rawValue & 15 == 10)
      #expect(grease.tlv.id.rawValue & 0x0f0f == 0x0a0a)
      #expect(!grease.tlv.id.isCritical)
      #expect(!ProtocolVersion.spoken.contains(grease.version))
    }
  }
}
