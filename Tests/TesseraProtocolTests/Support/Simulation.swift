import NIOCore
import TestSupport
import Testing

@testable import TesseraProtocol

/// One run: two machines, the bytes between them, and what their transports know.
///
/// Where frames are harmed on their way, time passes, too, and the connection may end at any moment.
struct Simulation: ~Copyable {
  var pair: Pair
  let seed: UInt64
  var generator: SplitMix64
  var toServer: Carrier
  var toClient: Carrier
  var clientToServer: [UInt8] = []
  var serverToClient: [UInt8] = []
  /// Everything the server ever sent.
  var spoken: [UInt8] = []
  var requests: [RequestID: SegmentationRequest] = [:]
  var computing: [RequestID: CompleteRequest] = [:]
  var cancelled: Set<RequestID> = []
  var lastTaken: RequestID?
  var serverFault: ErrorCode?
  let granted: UInt64 = 4000

  /// - Parameter odds: one frame in so many is harmed on its way; nil for none.
  init(seed: UInt64, harming odds: Int? = nil) {
    self.seed = seed
    (toServer, toClient) = (Carrier(odds: odds), Carrier(odds: odds))
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
    case 5: sendClientFrame()
    case 6: sendServerFrame()
    case 7, 8: deliverToServer(1 + pick(400))
    case 9, 10: deliverToClient(1 + pick(400))
    default: if pick(60) == 0, lastTaken == nil { drain() } else if toServer.odds != nil, pick(8) == 0 { passTime() }
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

  mutating func sendClientFrame() {
    if let frame = pair.client.nextFrame() { clientToServer += toServer.carry(frame.array, &generator) }
  }

  mutating func sendServerFrame() {
    guard let frame = pair.server.nextFrame() else { return }
    serverToClient += toClient.carry(frame.array, &generator)
    spoken += frame.array
    pair.server.written(now: pair.now)
  }

  mutating func passTime() {
    pair.now += .milliseconds(pick(2000))
    pair.server.expire(now: pair.now)
    pair.client.expire(now: pair.now)
    if let time = pair.server.inputTimeout, time <= pair.now {
      for id in pair.server.requests.filter({ $0.value.stage == .receiving }).keys.sorted() {
        pair.server.fail(id, SegmentationError(.timeout))
      }
    }
    performServerActions()
    _ = pair.performClientActions()
  }

  mutating func deliverToServer(_ count: Int) {
    pair.server.receive(ByteBuffer(bytes: clientToServer.prefix(count)), now: pair.now)
    clientToServer.removeFirst(min(count, clientToServer.count))
    performServerActions()
  }

  private mutating func performServerActions() {
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
        #expect(complete.id <= lastTaken ?? .max, "seed \(seed)")
      case .cancel(let id): cancelled.insert(id)
      case .close(let error): serverFault = error?.code
      default: Issue.record("seed \(seed): unexpected \(action)")
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
      while !pair.client.outbox.isEmpty || pair.client.preface != nil { sendClientFrame() }
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
    Issue.record("seed \(seed): the exchange does not end")
  }

  /// Ends both directions, and answers what is still computed.
  mutating func disconnect() throws(SegmentationError) {
    pair.server.receiveEnd(now: pair.now)
    performServerActions()
    while !computing.isEmpty { try answer() }
    while !pair.server.outbox.isEmpty { sendServerFrame() }
    performServerActions()
    deliverToClient(.max)
    pair.client.receiveEnd(now: pair.now)
    _ = pair.performClientActions()
  }

  /// Credit left and the totals of open requests are what was granted, at both ends, always.
  func check() {
    let held = pair.server.requests.values.filter { $0.stage != .undecided }.reduce(0) { $0 + $1.open.total }
    #expect(pair.server.credit + held == granted, "seed \(seed)")
    if pair.client.session != nil, !pair.client.isClosed {
      let spent = pair.client.requests.values.reduce(0) { $0 + $1.open.total }
      #expect(pair.client.credit + spent == granted, "seed \(seed)")
    }
  }

  /// Every request ended once for its caller, and with the answer to its own input if with any.
  func checkEnds() throws {
    var ends: [RequestID: Int] = [:]
    for action in pair.clientActions {
      switch action {
      case .result(let id, let received):
        ends[id, default: 0] += 1
        let request = try #require(requests[id])
        let result = try received.decode()
        #expect(result == FakeService().answer(request), "seed \(seed)")
      case .failed(let id, _): ends[id, default: 0] += 1
      default: continue
      }
    }
    #expect(ends == requests.mapValues { _ in 1 }, "seed \(seed)")
  }

  /// The requests that the server ended on the wire, each by one terminal frame with nothing behind it.
  func endedRequests() throws -> Set<RequestID> {
    var spoken = ByteBuffer(bytes: spoken)
    var ended: Set<RequestID> = []
    while let header = try FrameHeader(reading: &spoken) {
      spoken.moveReaderIndex(forwardBy: Int(header.wireLength))
      guard header.requestID != .connection else { continue }
      #expect(!ended.contains(header.requestID), "seed \(seed)")
      if header.type == .error || header.flags.contains(.end) { ended.insert(header.requestID) }
    }
    #expect(ended.isSubset(of: requests.keys), "seed \(seed)")
    return ended
  }
}
