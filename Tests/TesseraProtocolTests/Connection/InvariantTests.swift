import NIOCore
import TestSupport
import Testing

@testable import TesseraProtocol

/// Random interleavings of everything that may happen; the seed in a failure's name runs it again.
@Suite struct InvariantTests {
  /// One run: two machines, the bytes between them, and what their transports know.
  private struct Simulation: ~Copyable {
    var pair: Pair
    var generator: SplitMix64
    var clientToServer: [UInt8] = []
    var serverToClient: [UInt8] = []
    /// Everything the server ever sent.
    var spoken: [UInt8] = []
    var requests: [RequestID: SegmentationRequest] = [:]
    var computing: [RequestID: CompleteRequest] = [:]
    var cancelled: Set<RequestID> = []
    var lastTaken: RequestID?
    let granted: UInt64 = 4000

    init(seed: UInt64) {
      generator = SplitMix64(seed: seed)
      pair = Pair(server: {
        $0.limits.credit = 4000
        $0.limits.maxMessage = 1500
        $0.limits.maxInflight = 5
        $0.limits.maxChunk = 200
        $0.glitchLimit = .max
      })
    }

    mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    /// Does one random thing.
    mutating func step() throws(SegmentationError) {
      switch pick(12) {
      case 0, 1: try open()
      case 2:
        if pick(4) == 0, let id = pair.client.openRequests.randomElement(using: &generator) { pair.client.cancel(id) }
      case 3, 4: try answer()
      case 5: if let frame = pair.client.nextFrame() { clientToServer += frame.array }
      case 6: sendServerFrame()
      case 7, 8: deliverToServer(1 + pick(400))
      case 9, 10: deliverToClient(1 + pick(400))
      default: if pick(60) == 0, lastTaken == nil { drain() }
      }
      check()
    }

    mutating func open() throws(SegmentationError) {
      guard let session = pair.client.session else { return }
      let request = SegmentationRequest.random(1 + pick(16), 1 + pick(20), seed: generator.next())
      do throws(SegmentationError) {
        let encoded = try EncodedRequest(request, session: session, now: pair.now)
        guard pair.client.canOpen(total: encoded.total) else { return }
        requests[pair.client.open(encoded)] = request
      } catch {
        guard error.code != .tooLarge, error.code != .badShape else { return }
        throw error
      }
    }

    mutating func answer() throws(SegmentationError) {
      guard let id = computing.keys.sorted().randomElement(using: &generator),
        let complete = computing.removeValue(forKey: id)
      else { return }
      if cancelled.contains(id), pick(2) == 0 {
        pair.server.fail(id, SegmentationError(.cancelled))
      } else if pick(6) == 0 {
        pair.server.fail(id, SegmentationError(.modelFault))
      } else {
        pair.server.respond(
          id, try EncodedResult(FakeService().answer(complete.request), for: complete, maxResult: 1 << 20))
      }
    }

    mutating func sendServerFrame() {
      guard let frame = pair.server.nextFrame() else { return }
      serverToClient += frame.array
      spoken += frame.array
    }

    mutating func deliverToServer(_ count: Int) {
      pair.server.receive(ByteBuffer(bytes: clientToServer.prefix(count)), now: pair.now)
      clientToServer.removeFirst(min(count, clientToServer.count))
      while let action = pair.server.nextAction() {
        switch action {
        case .admit(let request):
          if pick(5) == 0 {
            pair.server.refuse(request.id, SegmentationError(.overloaded))
          } else {
            pair.server.admit(request.id)
          }
        case .request(let complete):
          computing[complete.id] = complete
          #expect(complete.id <= lastTaken ?? .max)
        case .cancel(let id): cancelled.insert(id)
        case .close(let error): #expect(error == nil)
        default: Issue.record("unexpected \(action)")
        }
      }
    }

    mutating func deliverToClient(_ count: Int) {
      pair.client.receive(ByteBuffer(bytes: serverToClient.prefix(count)), now: pair.now)
      serverToClient.removeFirst(min(count, serverToClient.count))
      _ = pair.performClientActions()
    }

    mutating func drain() {
      guard pair.client.session != nil else { return }
      pair.server.drain(grace: .seconds(1))
      lastTaken = pair.server.lastOpened
    }

    /// Lets everything come to its end.
    mutating func finish() throws(SegmentationError) {
      for _ in 0..<10_000 {
        while let frame = pair.client.nextFrame() { clientToServer += frame.array }
        deliverToServer(.max)
        while !computing.isEmpty { try answer() }
        let before = spoken.count
        while spoken.count == before || !pair.server.outbox.isEmpty {
          sendServerFrame()
          if pair.server.outbox.isEmpty { break }
        }
        deliverToClient(.max)
        if clientToServer.isEmpty, serverToClient.isEmpty, pair.client.outbox.isEmpty, pair.server.outbox.isEmpty {
          return
        }
      }
      Issue.record("the exchange does not end")
    }

    /// Credit left and the totals of open requests are what was granted, at both ends, always.
    func check() {
      let held = pair.server.requests.values.filter { $0.stage != .undecided }.reduce(0) { $0 + $1.open.total }
      #expect(pair.server.credit + held == granted)
      if pair.client.session != nil, !pair.client.isClosed {
        let spent = pair.client.requests.values.reduce(0) { $0 + $1.open.total }
        #expect(pair.client.credit + spent == granted)
      }
    }
  }

  @Test(arguments: UInt64(0)..<40) func hold(seed: UInt64) throws {
    var run = Simulation(seed: seed)
    for _ in 0..<400 { try run.step() }
    try run.finish()
    run.check()

    // Every request ended once, and with the answer to its own input.
    var ends: [RequestID: Int] = [:]
    for action in run.pair.clientActions {
      switch action {
      case .result(let id, let received):
        ends[id, default: 0] += 1
        let request = try #require(run.requests[id])
        #expect(try received.decode() == FakeService().answer(request))
      case .failed(let id, _): ends[id, default: 0] += 1
      case .close(let error): Issue.record("the client closed: \(error)")
      default: continue
      }
    }
    #expect(ends == run.requests.mapValues { _ in 1 })

    // On the wire, each OPEN has one terminal frame and nothing behind it.
    var spoken = ByteBuffer(bytes: run.spoken)
    var ended: Set<RequestID> = []
    while let header = try FrameHeader(reading: &spoken) {
      spoken.moveReaderIndex(forwardBy: Int(header.wireLength))
      guard header.requestID != .connection else { continue }
      #expect(!ended.contains(header.requestID))
      if header.type == .error || header.flags.contains(.end) { ended.insert(header.requestID) }
    }
    // A server that went away never touched ids above the last one it took.
    let taken = run.requests.keys.filter { $0 <= run.lastTaken ?? .max }
    #expect(ended.isSuperset(of: taken))
    #expect(ended.isSubset(of: run.requests.keys))
  }
}
