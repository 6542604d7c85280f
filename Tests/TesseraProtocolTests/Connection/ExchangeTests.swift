import NIOCore
import TesseraLabels
import TestSupport
import Testing

@testable import TesseraProtocol

/// A client's machine wired to a server's: what comes out is what the service said.
@Suite struct ExchangeTests {
  @Test(arguments: [
    OutputSet.labels, .confidence, .probabilitiesF16, .probabilitiesF32, .palettePNG,
    [.labels, .confidence, .probabilitiesF16, .palettePNG], [.labels, .probabilitiesF32],
  ])
  func everyOutputArrives(outputs: OutputSet) throws {
    var pair = Pair()
    let request = SegmentationRequest.random(5, 3, outputs: outputs)
    let result = try pair.exchange(request)
    #expect(result == FakeService().answer(request))
    #expect(result.outputs == outputs)
    #expect(pair.serverFault == nil)
  }

  @Test(arguments: [(1, 1), (1, 7), (9, 1), (3, 2), (64, 48)])
  func everyShapeArrives(width: Int, height: Int) throws {
    var pair = Pair()
    let request = SegmentationRequest.random(width, height, outputs: [.labels, .confidence])
    let result = try pair.exchange(request)
    #expect(result == FakeService().answer(request))
  }

  @Test(arguments: [1, 2, 256, 257, 4096])
  func everyNumberOfClassesArrives(classes: Int) throws {
    let service = FakeService(model: FakeService.describe(classes: classes))
    var pair = Pair(service: service)
    let request = SegmentationRequest.random(2, 2, outputs: [.labels, .probabilitiesF32])
    let result = try pair.exchange(request)
    #expect(result == service.answer(request))
    #expect(result.classCount == classes)
  }

  @Test(arguments: [[Codec](), [.identity], [.identity, .zstd], [.zstd]])
  func everyOfferOfCodecsWorks(codecs: [Codec]) throws {
    var pair = Pair(client: { $0.codecs = codecs })
    let request = SegmentationRequest.flat(100, 100)
    let result = try pair.exchange(request)
    #expect(result == FakeService().answer(request))
    let compresses = codecs.first == .zstd
    #expect((pair.toServer.count < 5000) == compresses)
    #expect((pair.toClient.count < 5000) == compresses)
  }

  @Test func aPNGTravelsAsItIs() throws {
    var pair = Pair()
    let request = SegmentationRequest(image: .png([1, 2, 3, 4]), width: 3, height: 3)
    #expect(try pair.exchange(request) == FakeService().answer(request))
    guard case .request(let complete)? = pair.serverActions.last else {
      Issue.record("the request did not arrive")
      return
    }
    #expect(complete.request.image == .png([1, 2, 3, 4]))
  }

  @Test func manyChunksOfManyRequestsTakeTurns() throws {
    var pair = Pair(server: { $0.limits.maxChunk = 70_000 }, client: { $0.largestChunk = 65_536 })
    let requests = (0..<3).map { SegmentationRequest.random(160, 150, outputs: .probabilitiesF32, seed: $0) }
    var ids: [RequestID] = []
    for request in requests { ids.append(try pair.open(request)) }
    pair.run()
    for (id, request) in zip(ids, requests) {
      #expect(try pair.outcome(of: id) == FakeService().answer(request))
    }
    #expect(pair.client.credit == ProtocolLimits().credit)
    #expect(pair.server.credit == ProtocolLimits().credit)
  }

  @Test func bytesMaySplitAnywhere() throws {
    var recorded = Pair()
    let request = SegmentationRequest.random(4, 3)
    let expected = try recorded.exchange(request)
    // The client's side of the same exchange again, byte by byte: the server's bytes are the same.
    var server = Served()
    var output: [UInt8] = []
    for byte in recorded.toServer { server.receive(ByteBuffer(bytes: [byte])) }
    for (header, payload) in server.frames {
      var buffer = ByteBuffer()
      header.encode(into: &buffer)
      output += buffer.array + payload
    }
    #expect(output == recorded.toClient)
    // And the server's bytes to a client, byte by byte.
    var client = Pair()
    client.run()
    var dripped = ClientConnection(ClientConfiguration(greaseSeed: 0x7000_0000_0000_0000), now: client.now)
    while dripped.nextFrame() != nil {}
    var result: SegmentationResult?
    for byte in output {
      dripped.receive(ByteBuffer(bytes: [byte]), now: client.now)
      while let action = dripped.nextAction() {
        switch action {
        case .ready(let session):
          _ = dripped.open(try EncodedRequest(request, session: session, now: client.now))
          while dripped.nextFrame() != nil {}
        case .result(_, let received): result = try received.decode()
        default: Issue.record("unexpected \(action)")
        }
      }
    }
    #expect(result == expected)
  }

  @Test func aTokenOpensTheDoor() throws {
    var pair = Pair(server: { $0.authentication = .token }, client: { $0.token = [1, 2, 3] })
    pair.token = [1, 2, 3]
    #expect(try pair.exchange(.random(2, 2)).width == 2)
  }

  @Test func aWrongOrMissingTokenDoesNot() {
    var wrong = Pair(server: { $0.authentication = .token }, client: { $0.token = [1, 2, 4] })
    wrong.token = [1, 2, 3]
    wrong.run()
    #expect(wrong.serverFault == .authentication)
    #expect(wrong.clientFault == .authentication)
    var missing = Pair(server: { $0.authentication = .token })
    missing.run()
    #expect(missing.clientFault == .authentication)
  }

  @Test func pingAndInfoAreAnswered() throws {
    var pair = Pair()
    pair.run()
    pair.client.ping(token: 42)
    pair.client.askInfo()
    pair.run()
    pair.now += .seconds(6)
    pair.client.askInfo(model: "toy")
    pair.client.ping(token: 43)
    pair.run()
    var tokens: [UInt64] = []
    var infos: [InfoAnswer] = []
    for action in pair.clientActions {
      if case .pong(let token) = action { tokens.append(token) }
      if case .info(let answer) = action { infos.append(answer) }
    }
    #expect(tokens == [42, 43])
    #expect(infos.map { $0.models.map(\.classes.count) } == [[0], [3]])
    #expect(infos.last?.models.first?.inputs == 3)
  }

  @Test func theDeadlineTravelsAsABudget() throws {
    var pair = Pair()
    let deadline = pair.now + .milliseconds(1500)
    let image = SegmentationRequest.random(2, 2).image
    _ = try pair.exchange(SegmentationRequest(image: image, width: 2, height: 2, deadline: deadline))
    guard case .request(let complete)? = pair.serverActions.last else {
      Issue.record("the request did not arrive")
      return
    }
    #expect(complete.request.deadline == deadline)
    #expect(complete.started == pair.now)
  }

  @Test func aPassedDeadlineIsNotSent() {
    var pair = Pair()
    pair.run()
    let past = SegmentationRequest(
      image: SegmentationRequest.random(1, 1).image, width: 1, height: 1, deadline: pair.now)
    expect(.deadline) { () throws(SegmentationError) in _ = try pair.exchange(past) }
  }

  @Test func badRequestsAreRefusedBeforeTheyAreSent() {
    var pair = Pair()
    pair.run()
    let image = SegmentationRequest.Image.rgb8([1, 2, 3])
    let bad: [(SegmentationRequest, ErrorCode)] = [
      (SegmentationRequest(image: image, width: 0, height: 1), .badShape),
      (SegmentationRequest(image: image, width: -1, height: 1), .badShape),
      (SegmentationRequest(image: image, width: .max, height: 1), .badShape),
      (SegmentationRequest(image: image, width: 2, height: 1), .badShape),
      (SegmentationRequest(image: .png([]), width: 2, height: 1), .badShape),
      (SegmentationRequest(image: image, width: 1, height: 1, outputs: []), .unsupported),
      (
        SegmentationRequest(image: image, width: 1, height: 1, outputs: [.probabilitiesF16, .probabilitiesF32]),
        .unsupported
      ),
      (SegmentationRequest(image: image, width: 1, height: 1, outputs: OutputSet(rawValue: 64)), .unsupported),
      (SegmentationRequest(image: image, width: 8193, height: 1), .tooLarge),
      (SegmentationRequest(image: image, width: 8000, height: 8000), .tooLarge),
      (SegmentationRequest(image: image, width: 1, height: 1, model: "../x"), .unknownModel),
    ]
    for (request, code) in bad {
      expect(code) { () throws(SegmentationError) in _ = try pair.exchange(request) }
    }
  }

  @Test func aClientCancels() throws {
    var pair = Pair()
    pair.answersAtOnce = false
    let id = try pair.open(.random(2, 2))
    pair.run()
    pair.client.cancel(id)
    pair.run()
    expect(.cancelled) { () throws(SegmentationError) in _ = try pair.outcome(of: id) }
    #expect(pair.client.credit == ProtocolLimits().credit)
    // Late: nobody waits, nothing happens.
    guard
      case .request(let complete) = pair.serverActions.first(where: { if case .request = $0 { true } else { false } })
    else {
      Issue.record("the request did not arrive")
      return
    }
    pair.answer(complete)
    #expect(pair.server.nextFrame() == nil)
  }

  @Test func aDrainingServerFinishesWhatItHas() throws {
    var pair = Pair()
    pair.answersAtOnce = false
    let first = try pair.open(.random(2, 2))
    pair.run()
    pair.server.drain(grace: .seconds(20))
    // Opened before GOAWAY was read.
    let late = try pair.openWithoutReading(.random(2, 2))
    pair.run()
    expect(.draining) { () throws(SegmentationError) in _ = try pair.outcome(of: late) }
    #expect(pair.client.canOpen(total: 1) == false)
    for case .request(let complete) in pair.serverActions { pair.answer(complete) }
    pair.run()
    #expect(try pair.outcome(of: first).width == 2)
    #expect(pair.server.isClosed == true)
    #expect(pair.serverFault == nil)
  }

  @Test func aHalfClosedClientGetsItsAnswers() throws {
    var pair = Pair()
    pair.answersAtOnce = false
    let id = try pair.open(.random(2, 2))
    pair.run()
    pair.server.receiveEnd(now: pair.now)
    #expect(pair.performServerActions() == false)
    #expect(pair.server.isClosed == false)
    for case .request(let complete) in pair.serverActions { pair.answer(complete) }
    pair.run()
    #expect(try pair.outcome(of: id).width == 2)
    #expect(pair.server.isClosed == true)
  }

  @Test func aVanishedServerFailsEveryRequest() throws {
    var pair = Pair()
    pair.answersAtOnce = false
    let ids = [try pair.open(.random(2, 2)), try pair.open(.random(1, 1))]
    pair.run()
    pair.client.receiveEnd(now: pair.now)
    pair.run()
    for id in ids {
      do throws(SegmentationError) {
        _ = try pair.outcome(of: id)
        Issue.record("a result came from nowhere")
      } catch { #expect(error.retry == .atOnce) }
    }
    #expect(pair.client.isClosed == true)
  }
}

extension Pair {
  /// Opens a request before anything the server said since is read.
  mutating func openWithoutReading(_ request: SegmentationRequest) throws(SegmentationError) -> RequestID {
    guard let session = client.session else { throw SegmentationError(.notReady) }
    return client.open(try EncodedRequest(request, session: session, now: now))
  }
}

/// Expects an error of this code.
func expect(
  _ code: ErrorCode, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws(SegmentationError) -> Void
) {
  do throws(SegmentationError) {
    try body()
    Issue.record("no error, where \(code) was expected", sourceLocation: sourceLocation)
  } catch {
    #expect(error.code == code, sourceLocation: sourceLocation)
  }
}
