import NIOCore
import TesseraLabels
import TestSupport
import Testing

@testable import TesseraProtocol

/// What a client says to servers that lie, forget or mix things up.
@Suite struct ClientRefusalTests {
  /// A client that has one request out, and a server of hand-made frames.
  private struct Liar: ~Copyable {
    var pair: Pair
    var sealer = FrameSealer()
    let id: RequestID
    let complete: CompleteRequest

    init(pair: consuming Pair, id: RequestID, complete: CompleteRequest) {
      self.pair = pair
      self.id = id
      self.complete = complete
      // The server's one frame so far was HELLO_ACK.
      _ = sealer.seal(.cancel, id: .connection, version: .one, payload: ByteBuffer())
    }

    static func lying(about outputs: OutputSet = .labels) throws -> Liar {
      var pair = Pair()
      pair.answersAtOnce = false
      let id = try pair.open(.random(2, 1, outputs: outputs))
      pair.run()
      let requests = pair.serverActions.compactMap { if case .request(let complete) = $0 { complete } else { nil } }
      return Liar(pair: pair, id: id, complete: try #require(requests.first))
    }

    mutating func say(_ message: some WireMessage, id: RequestID) {
      let frame = sealer.seal(type(of: message).type, id: id, version: .one, payload: message.encoded())
      pair.client.receive(frame, now: pair.now)
    }

    mutating func say(_ chunk: Chunk, isLast: Bool) {
      let frame = sealer.seal(chunk, type: .resultData, id: id, version: .one, isLast: isLast)
      pair.client.receive(frame, now: pair.now)
    }

    /// Tells a result after `change` has had its way with it.
    mutating func answer(
      _ change: (inout ResultMessage) -> Void = { _ in }, body: ((MessageBody) -> MessageBody)? = nil
    ) throws {
      let result = FakeService().answer(complete.request)
      let encoded = try EncodedResult(result, for: complete, maxResult: 1 << 27)
      var message = encoded.message
      change(&message)
      say(message, id: id)
      let body = body?(encoded.body) ?? encoded.body
      for (index, chunk) in body.chunks.enumerated() { say(chunk, isLast: index == body.chunks.count - 1) }
    }

    /// How the request and the connection ended.
    mutating func verdict() -> (request: ErrorCode?, connection: ErrorCode?) {
      _ = pair.performClientActions()
      do throws(SegmentationError) {
        _ = try pair.outcome(of: id)
        return (nil, pair.clientFault)
      } catch { return (error.code, pair.clientFault) }
    }
  }

  private func verdict(_ change: (inout ResultMessage) -> Void) throws -> [ErrorCode?] {
    var liar = try Liar.lying()
    try liar.answer(change)
    let verdict = liar.verdict()
    return [verdict.request, verdict.connection]
  }

  @Test func anHonestAnswerPasses() throws {
    #expect(try verdict { _ in } == [nil, nil])
  }

  @Test func anotherInputsAnswer() throws {
    #expect(try verdict { $0.inputDigest = .zero } == [.digest, nil])
  }

  @Test func anotherOutput() throws {
    #expect(try verdict { $0.outputDigest = .zero } == [.digest, nil])
  }

  @Test func anotherShape() throws {
    #expect(try verdict { $0.width = 1 } == [.protocol, .protocol])
    #expect(try verdict { $0.height = 2 } == [.protocol, .protocol])
    #expect(try verdict { $0.classes = 300 } == [.protocol, .protocol])
  }

  @Test func otherSections() throws {
    #expect(try verdict { $0.sections = [] } == [.protocol, .protocol])
    #expect(try verdict { $0.sections[0].kind = 2 } == [.protocol, .protocol])
    #expect(try verdict { $0.sections[0].elementBytes = 2 } == [.protocol, .protocol])
    #expect(try verdict { $0.sections[0].length = 3 } == [.protocol, .protocol])
    #expect(try verdict { $0.sections.append($0.sections[0]) } == [.protocol, .protocol])
    #expect(try verdict { $0.total = 3 } == [.protocol, .protocol])
    #expect(try verdict { $0.total = .max } == [.tooLarge, nil])
  }

  @Test func labelsThatAreNoClasses() throws {
    var liar = try Liar.lying()
    let bytes: [UInt8] = [0, 3]
    let body = MessageBody([bytes], encoding: BodyEncoding(chunkLimit: 10, codec: .identity))
    try liar.answer({ $0.outputDigest = body.digest }, body: { _ in body })
    #expect(liar.verdict().request == .internal)
  }

  @Test(arguments: [Float.nan, .infinity, -0.5, 0.75])
  func probabilitiesThatAreNone(value: Float) throws {
    var liar = try Liar.lying(about: .probabilitiesF32)
    let planes: [Float] = [value, 0.25, 0.5, 0.5, 0, 0.25]
    let bytes = planes.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    let body = MessageBody([bytes], encoding: BodyEncoding(chunkLimit: 100, codec: .identity))
    try liar.answer({ $0.outputDigest = body.digest }, body: { _ in body })
    #expect(liar.verdict().request == (value.isFinite ? .internal : .nonfiniteOutput))
  }

  @Test func resultsWithoutEndOrBeyondIt() throws {
    var twice = try Liar.lying()
    try twice.answer()
    try twice.answer()
    #expect(twice.verdict().connection == .protocol)
    var early = try Liar.lying()
    early.say(Chunk(codec: .identity, plainLength: 1, wire: ByteBuffer(bytes: [0])), isLast: true)
    #expect(early.verdict().connection == .protocol)
    var long = try Liar.lying()
    try long.answer(body: { _ in MessageBody([[0, 1, 2]], encoding: BodyEncoding(chunkLimit: 9, codec: .identity)) })
    #expect(long.verdict().connection == .sizeMismatch)
  }

  @Test func errorsForRequestsNobodyMade() throws {
    var finished = try Liar.lying()
    let id = finished.id
    finished.say(ErrorMessage(SegmentationError(.internal)), id: id)
    finished.say(ErrorMessage(SegmentationError(.internal)), id: id)
    let verdict = finished.verdict()
    #expect(verdict.request == .internal)
    #expect(verdict.connection == .protocol)
    var unknown = try Liar.lying()
    unknown.say(ErrorMessage(SegmentationError(.internal)), id: RequestID(rawValue: 9))
    #expect(unknown.verdict().connection == .protocol)
    var nobody = try Liar.lying()
    nobody.say(ErrorMessage(SegmentationError(.internal)), id: .connection)
    #expect(nobody.verdict().connection == .protocol)
  }

  @Test func anErrorVoidsAResult() throws {
    var liar = try Liar.lying()
    let result = FakeService().answer(liar.complete.request)
    let encoded = try EncodedResult(result, for: liar.complete, maxResult: 1 << 27)
    let id = liar.id
    liar.say(encoded.message, id: id)
    liar.say(ErrorMessage(SegmentationError(.modelFault)), id: id)
    let verdict = liar.verdict()
    #expect(verdict.request == .modelFault)
    #expect(verdict.connection == nil)
  }

  @Test func pongsAndInfosNobodyAskedFor() throws {
    var liar = try Liar.lying()
    liar.say(Pong(token: 1), id: .connection)
    #expect(liar.verdict().connection == .protocol)
  }

  @Test func anAckToAnotherHello() {
    var client = ClientConnection(ClientConfiguration(greaseSeed: 0), now: .now)
    var sealer = FrameSealer()
    let ack = HelloAck(
      version: .one, state: .ready, authentication: .none, helloCRC: 1, instance: 1, limits: ProtocolLimits(),
      codecs: [], agent: "")
    client.receive(
      sealer.seal(.helloAck, id: .connection, version: .unnegotiated, payload: ack.encoded()), now: .now)
    guard case .close(let error)? = client.nextAction() else {
      Issue.record("the client did not notice")
      return
    }
    #expect(error.code == .protocol)
  }

  @Test func aServiceThatLiesIsCaughtBeforeItsAnswerIsSent() throws {
    let liar = try Liar.lying()
    let good = FakeService().answer(liar.complete.request)
    let void = LabelMap(width: 2, height: 1, classCount: 3, labels: [.index(0), .void])
    let bad = [
      SegmentationResult(width: 1, height: 2, classCount: 3, labels: good.labels, receipt: good.receipt),
      SegmentationResult(width: 2, height: 1, classCount: 2, labels: good.labels, receipt: good.receipt),
      SegmentationResult(width: 2, height: 1, classCount: 3, labels: nil, receipt: good.receipt),
      SegmentationResult(width: 2, height: 1, classCount: 3, labels: void, receipt: good.receipt),
      // Of another model, of another generation.
      FakeService(model: FakeService.describe(classes: 3, name: "other")).answer(liar.complete.request),
      FakeService(model: FakeService.describe(classes: 3, generation: 8)).answer(liar.complete.request),
    ]
    for result in bad {
      let complete = liar.complete
      expect(.internal) { () throws(SegmentationError) in
        _ = try EncodedResult(result, for: complete, maxResult: 1 << 27)
      }
    }
  }
}
