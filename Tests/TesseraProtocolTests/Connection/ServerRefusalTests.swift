import NIOCore
import TestSupport
import Testing

@testable import TesseraProtocol

/// What a server says to clients that break a rule, or ask too much.
@Suite struct ServerRefusalTests {
  /// What the server answers to one OPEN, and whether it goes on: a PING behind it is answered.
  private func refusal(
    _ configure: (inout ServerConfiguration) -> Void = { _ in }, service: FakeService = FakeService(),
    _ change: (inout Open) -> Void
  ) -> [Fault] {
    var served = Served(configure, service: service)
    var peer = RawPeer()
    peer.open(1, change)
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    peer.send(Ping(token: 1))
    served.receive(peer.bytes)
    if served.errors.allSatisfy({ $0.id != 0 }) { #expect(served.types.contains(.pong)) }
    #expect(served.pair.server.credit == served.pair.server.configuration.limits.credit)
    return served.errors
  }

  @Test func aGoodRequestIsAnswered() {
    #expect(refusal { _ in } == [])
  }

  @Test func encodingsAndOutputsNobodyKnows() {
    let expected = [Fault(id: 1, code: .unsupported)]
    #expect(refusal { $0.input = 3 } == expected)
    #expect(refusal { $0.layout = 2 } == expected)
    #expect(refusal { $0.channels = 4 } == expected)
    #expect(refusal { $0.bits = 16 } == expected)
    #expect(refusal { $0.priority = 2 } == expected)
    #expect(refusal { $0.outputs = [] } == expected)
    #expect(refusal { $0.outputs = OutputSet(rawValue: 0x8001) } == expected)
    #expect(refusal { $0.outputs = [.probabilitiesF16, .probabilitiesF32] } == expected)
    let labelsOnly = FakeService(model: FakeService.describe(classes: 3, outputs: .labels))
    #expect(refusal(service: labelsOnly) { $0.outputs = .confidence } == expected)
  }

  @Test func shapes() {
    let expected = [Fault(id: 1, code: .badShape)]
    #expect(refusal { $0.width = 0 } == expected)
    #expect(refusal { $0.height = 0 } == expected)
    #expect(refusal { $0.height = 2 } == expected)
    #expect(refusal { $0.total = 5 } == expected)
    #expect(refusal { $0.total = 0 } == expected)
    let picky = FakeService(model: FakeService.describe(classes: 3, minimumSide: 2))
    #expect(refusal(service: picky) { _ in } == expected)
    let even = FakeService(model: FakeService.describe(classes: 3, sideMultiple: 2))
    #expect(refusal(service: even) { _ in } == expected)
  }

  @Test func sizes() {
    let expected = [Fault(id: 1, code: .tooLarge)]
    #expect(refusal { ($0.width, $0.height) = (8193, 1) } == expected)
    #expect(refusal { ($0.width, $0.height) = (.max, .max) } == expected)
    #expect(refusal { ($0.width, $0.height) = (8192, 2049) } == expected)
    #expect(refusal { $0.total = .max } == expected)
    #expect(refusal({ $0.limits.maxResult = 1 }) { _ in } == expected)
    let small = FakeService(model: FakeService.describe(classes: 3, maximumPixels: 1))
    #expect(refusal(service: small) { _ in } == expected)
  }

  @Test func limitsWithoutLimitDoNotTrap() {
    #expect(
      refusal({
        $0.limits.maxPixels = .max
        $0.limits.maxSide = .max
        $0.limits.maxMessage = .max
        $0.limits.credit = .max
        $0.limits.maxResult = .max
      }) {
        ($0.width, $0.height) = (.max, .max)
        $0.total = .max
      } == [Fault(id: 1, code: .badShape)])
  }

  @Test func modelsNobodyLoaded() {
    let expected = [Fault(id: 1, code: .unknownModel)]
    #expect(refusal { $0.model = "other" } == expected)
    #expect(refusal { $0.model = "../../etc" } == expected)
    #expect(refusal { $0.generation = 6 } == expected)
    #expect(refusal { ($0.model, $0.generation) = ("toy", 7) } == [])
  }

  @Test func modelsByNameAndGeneration() {
    func admitted(_ name: String, _ generation: UInt32) -> String? {
      var served = Served()
      served.pair.server.models = [("street", 3), ("night", 1), ("street", 2)].map { name, generation in
        FakeService.describe(classes: 3, name: name, generation: generation)
      }
      served.pair.answersAtOnce = false
      var peer = RawPeer()
      peer.open(1) { ($0.model, $0.generation) = (name, generation) }
      peer.send(RawPeer.pixels, id: 1, isLast: true)
      served.receive(peer.bytes)
      for case .request(let complete) in served.pair.serverActions {
        #expect(complete.request.model == complete.model.name)
        #expect(complete.request.generation == complete.model.generation)
        return "\(complete.model.name)@\(complete.model.generation)"
      }
      #expect(served.errors == [Fault(id: 1, code: .unknownModel)])
      return nil
    }
    #expect(admitted("", 0) == "street@3")
    #expect(admitted("", 2) == "street@2")
    #expect(admitted("street", 0) == "street@3")
    #expect(admitted("street", 2) == "street@2")
    #expect(admitted("night", 0) == "night@1")
    #expect(admitted("night", 2) == nil)
    #expect(admitted("", 1) == nil)
    #expect(admitted("street", 4) == nil)
  }

  @Test func startingServersAreNotReady() {
    var served = Served(state: .starting)
    var peer = RawPeer()
    peer.open(1)
    served.receive(peer.bytes)
    #expect(served.errors == [Fault(id: 1, code: .notReady)])
  }

  @Test func admissionIsTheTransportsWord() {
    var served = Served()
    served.pair.admission = { request in
      request.id == RequestID(rawValue: 1) ? SegmentationError(.overloaded, retryAfter: .milliseconds(80)) : nil
    }
    var peer = RawPeer()
    peer.open(1)
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    peer.open(2)
    peer.send(RawPeer.pixels, id: 2, isLast: true)
    served.receive(peer.bytes)
    #expect(served.errors == [Fault(id: 1, code: .overloaded)])
    #expect(served.types == [.helloAck, .error, .result, .resultData])
  }

  @Test func nothingIsReadWhileAdmissionIsUndecided() {
    var server = ServerConnection(
      ServerConfiguration(instance: 1), models: [FakeService().model], state: .ready, now: .now)
    var peer = RawPeer()
    peer.open(1)
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    server.receive(peer.bytes, now: .now)
    let first = server.nextAction()
    guard case .admit(let request)? = first else {
      Issue.record("no admission was asked for")
      return
    }
    #expect(request.resultBound == 2)
    let isWaiting = server.nextAction() == nil
    #expect(isWaiting)
    server.admit(request.id)
    guard case .request? = server.nextAction() else {
      Issue.record("the request did not follow")
      return
    }
  }

  @Test func inputOfAnotherDigest() {
    #expect(refusal { $0.digest = .zero } == [Fault(id: 1, code: .digest)])
  }

  @Test func tooManyOrTooFewBytes() {
    func faults(_ chunks: [([UInt8], Bool)]) -> [Fault] {
      var served = Served()
      var peer = RawPeer()
      peer.open(1)
      for (bytes, isLast) in chunks { peer.send(bytes, id: 1, isLast: isLast) }
      peer.send(Ping(token: 1))
      served.receive(peer.bytes)
      #expect(served.types.contains(.pong))
      return served.errors
    }
    let expected = [Fault(id: 1, code: .sizeMismatch)]
    #expect(faults([([1, 2, 3], true)]) == expected)
    #expect(faults([([1, 2, 3, 4, 5, 6, 7], true)]) == expected)
    #expect(faults([(RawPeer.pixels, false)]) == expected)
    #expect(faults([([1, 2, 3], false), ([4, 5, 6, 7], true)]) == expected)
    #expect(faults([([1, 2, 3], false), ([4, 5, 6], true)]) == [])
  }

  @Test func brokenCompressionEndsOneRequest() {
    var served = Served()
    var peer = RawPeer()
    peer.open(1)
    peer.send(Chunk(codec: .zstd, plainLength: 6, wire: ByteBuffer(bytes: [1, 2, 3])), id: 1, isLast: true)
    peer.send(Ping(token: 1))
    served.receive(peer.bytes)
    #expect(served.errors == [Fault(id: 1, code: .codec)])
    #expect(served.types.last == .pong)
  }

  @Test func aDamagedPayloadEndsItsRequestOnly() {
    var peer = RawPeer()
    let openAt = peer.bytes.readableBytes + FrameHeader.byteCount
    peer.open(1)
    let dataAt = peer.bytes.readableBytes + FrameHeader.byteCount
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    peer.open(2)
    peer.send(RawPeer.pixels, id: 2, isLast: true)
    for offset in [openAt, dataAt] {
      var damaged = peer.bytes.array
      damaged[offset] ^= 4
      var served = Served()
      served.receive(ByteBuffer(bytes: damaged))
      #expect(served.errors == [Fault(id: 1, code: .payloadCRC)])
      #expect(served.types.suffix(2) == [.result, .resultData])
    }
  }

  /// Peers that break the connection's rules; each is told why, and dropped.
  private func fault(
    _ configure: (inout ServerConfiguration) -> Void = { _ in }, _ talk: (inout RawPeer) -> Void
  ) -> ErrorCode? {
    var served = Served(configure)
    served.pair.answersAtOnce = false
    var peer = RawPeer()
    talk(&peer)
    served.receive(peer.bytes)
    let closing = served.errors.filter { $0.id == 0 }
    #expect(closing.map(\.code) == [served.pair.serverFault].compactMap { $0 })
    #expect(served.pair.server.isClosed == (served.pair.serverFault != nil))
    return served.pair.serverFault
  }

  @Test func idsThatDoNotIncrease() {
    #expect(
      fault {
        $0.open(5)
        $0.open(6)
      } == nil)
    #expect(
      fault {
        $0.open(5)
        $0.open(5)
      } == .protocol)
    #expect(fault { $0.send([1], id: 1, isLast: true) } == .protocol)
  }

  @Test func dataBehindTheEnd() {
    #expect(
      fault {
        $0.open(1)
        $0.send(RawPeer.pixels, id: 1, isLast: true)
        $0.send([1], id: 1, isLast: true)
      } == .protocol)
  }

  @Test func aSecondHello() {
    #expect(
      fault {
        $0.send(Hello(largestChunk: 1 << 20, versions: [.one], codecs: [], agent: ""), version: .unnegotiated)
      } == .version)
    #expect(
      fault {
        $0.send(Hello(largestChunk: 1 << 20, versions: [.one], codecs: [], agent: ""), version: .one)
      } == .protocol)
  }

  @Test func authNobodyAskedFor() {
    #expect(fault { $0.send(Auth(token: [1])) } == .protocol)
  }

  @Test func openBeforeAuth() {
    #expect(fault({ $0.authentication = .token }) { $0.open(1) } == .protocol)
    #expect(fault({ $0.authentication = .token }) { $0.send(Ping(token: 1)) } == nil)
  }

  @Test func overrunOfCreditAndInflight() {
    #expect(fault({ $0.limits.credit = 11 }) { $0.open(1) } == nil)
    #expect(
      fault({ $0.limits.credit = 11 }) {
        $0.open(1)
        $0.open(2)
      } == .credit)
    #expect(
      fault({ $0.limits.maxInflight = 1 }) {
        $0.open(1)
        $0.open(2)
      } == .credit)
  }

  @Test func endlessDataForAFinishedRequest() {
    func flood(_ frames: Int) -> ErrorCode? {
      fault({ $0.limits.credit = 600 }) { peer in
        peer.open(1) { $0.model = "other" }
        for _ in 0..<frames { peer.send([UInt8](repeating: 0, count: 100), id: 1, isLast: false) }
      }
    }
    #expect(flood(6) == nil)
    #expect(flood(7) == .credit)
  }

  @Test func chunksOverTheLimit() {
    #expect(
      fault({ $0.limits.maxChunk = 5 }) {
        $0.open(1)
        $0.send(RawPeer.pixels, id: 1, isLast: true)
      } == .limit)
  }

  @Test func codecsThatWereNotOffered() {
    var served = Served()
    var peer = RawPeer(codecs: [.identity])
    peer.open(1)
    peer.send(Chunk(codec: .zstd, plainLength: 6, wire: ByteBuffer(bytes: [1])), id: 1, isLast: true)
    served.receive(peer.bytes)
    #expect(served.pair.serverFault == .protocol)
  }

  @Test func cancelsAndProvokedErrorsBeyondReason() {
    #expect(
      fault({ $0.glitchLimit = 3 }) { peer in
        for id in UInt64(1)...3 { peer.open(id) { $0.model = "other" } }
      } == nil)
    #expect(
      fault({ $0.glitchLimit = 3 }) { peer in
        for id in UInt64(1)...4 { peer.open(id) { $0.model = "other" } }
      } == .calm)
    #expect(
      fault({ $0.glitchLimit = 3 }) { peer in
        for id in UInt64(1)...4 {
          peer.open(id)
          peer.send(Cancel(), id: RequestID(rawValue: id))
        }
      } == .calm)
  }

  @Test func askingOnWithoutReading() {
    func refusals(_ count: UInt64) -> ErrorCode? {
      var served = Served()
      served.pair.admission = { _ in SegmentationError(.overloaded) }
      var peer = RawPeer()
      for id in 1...count { peer.open(id) }
      served.receive(peer.bytes)
      return served.pair.serverFault
    }
    #expect(refusals(200) == nil)
    #expect(refusals(300) == .calm)
  }

  @Test func cancellingAFinishedRequestIsFree() {
    #expect(
      fault({ $0.glitchLimit = 1 }) { peer in
        peer.open(1) { $0.model = "other" }
        for _ in 0..<50 { peer.send(Cancel(), id: RequestID(rawValue: 1)) }
      } == nil)
  }

  @Test func pingsBeyondReason() {
    #expect(fault { peer in for _ in 0..<3 { peer.send(Ping(token: 0)) } } == nil)
    #expect(fault { peer in for _ in 0..<4 { peer.send(Ping(token: 0)) } } == .calm)
    #expect(fault { peer in for _ in 0..<4 { peer.send(InfoRequest(model: "")) } } == .calm)
  }

  @Test func prefacesOfOtherProtocols() {
    for start in ["GET / HTTP/1.1\r\n", "\u{16}\u{3}\u{1}"] {
      var served = Served()
      served.receive(ByteBuffer(string: start))
      #expect(served.errors == [Fault(id: 0, code: .protocol)])
      #expect(served.frames.first?.0.version == .unnegotiated)
    }
    var mangled = Preface.bytes
    mangled[4] = 0x0a
    var served = Served()
    served.receive(ByteBuffer(bytes: mangled))
    #expect(served.pair.serverFault == .protocol)
  }

  @Test func versionsNobodyShares() {
    var sealer = FrameSealer()
    let hello = Hello(
      largestChunk: 1 << 20, versions: [ProtocolVersion(rawValue: 2), ProtocolVersion(rawValue: 0x1a)], codecs: [],
      agent: "")
    let frame = sealer.seal(.hello, id: .connection, version: .unnegotiated, payload: hello.encoded())
    var served = Served()
    served.receive(ByteBuffer(bytes: Preface.bytes + frame.array))
    #expect(served.errors == [Fault(id: 0, code: .version)])
    let error = try? ErrorMessage.decode(ByteBuffer(bytes: served.frames[0].1)).error
    #expect(error?.detail == 0x0101)
  }

  @Test func extensionsThatMayNotBeIgnored() {
    #expect(fault { $0.open(1) { $0.extensions = [TLV(TLV.ID(rawValue: 3), [])] } } == .version)
    #expect(fault { $0.open(1) { $0.extensions = [TLV(TLV.ID(rawValue: 4), [])] } } == nil)
  }

  @Test func errorTextsSayNothingOfTheInside() {
    var served = Served()
    served.receive(ByteBuffer(string: "secret"))
    let error = try? ErrorMessage.decode(ByteBuffer(bytes: served.frames[0].1)).error
    #expect(error?.message == ErrorCode.protocol.sentence)
  }
}
