import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct ServerTimeTests {
  private func server(_ configure: (inout ServerConfiguration) -> Void = { _ in }) -> Served { Served(configure) }

  /// What happens when nothing happens for a while.
  private func fault(_ served: consuming Served, after delay: Duration) -> ErrorCode? {
    served.pair.now += delay
    served.pair.server.expire(now: served.pair.now)
    served.settle()
    return served.pair.serverFault
  }

  @Test func handshakesEnd() {
    #expect(fault(server(), after: .milliseconds(4999)) == nil)
    #expect(fault(server(), after: .seconds(5)) == .timeout)
    var dripping = server()
    dripping.receive(ByteBuffer(bytes: Preface.bytes), after: .seconds(4))
    #expect(fault(dripping, after: .seconds(1)) == .timeout)
  }

  @Test func authenticationEnds() {
    var served = server { $0.authentication = .token }
    served.receive(RawPeer().bytes, after: .seconds(2))
    let timeout = served.pair.server.nextTimeout
    #expect(timeout == served.pair.now + .seconds(3))
    #expect(fault(served, after: .seconds(3)) == .timeout)
  }

  @Test func framesEnd() {
    var peer = RawPeer()
    let start = peer.bytes
    peer.open(1)
    let rest = peer.bytes.array.dropFirst(start.readableBytes)
    var served = server()
    served.receive(start)
    served.receive(ByteBuffer(bytes: rest.prefix(1)))
    // More bytes do not give more time.
    served.receive(ByteBuffer(bytes: rest.dropFirst().prefix(40)), after: .seconds(10))
    #expect(fault(served, after: .milliseconds(1001)) == .timeout)
  }

  @Test func idlersAreSentAway() {
    var served = server()
    served.receive(RawPeer().bytes)
    let timeout = served.pair.server.nextTimeout
    #expect(timeout == served.pair.now + .seconds(120))
    #expect(fault(served, after: .seconds(120)) == .timeout)
  }

  @Test func requestsInFlightAreNotIdle() {
    var served = server()
    served.pair.answersAtOnce = false
    var peer = RawPeer()
    peer.open(1)
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    served.receive(peer.bytes)
    #expect(served.pair.server.nextTimeout == nil)
    #expect(fault(served, after: .seconds(1000)) == nil)
  }

  @Test func idlenessCountsFromTheLastAnswer() throws {
    var served = server()
    served.pair.answersAtOnce = false
    var peer = RawPeer()
    peer.open(1)
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    served.receive(peer.bytes)
    served.pair.now += .seconds(300)
    let complete = try #require(
      served.pair.serverActions.lazy.compactMap { if case .request(let complete) = $0 { complete } else { nil } }.first)
    served.pair.answer(complete)
    served.settle()
    let timeout = served.pair.server.nextTimeout
    #expect(timeout == served.pair.now + .seconds(120))
    #expect(fault(served, after: .seconds(120)) == .timeout)
  }

  @Test func nothingIsIdleBeforeItIsWritten() {
    var pair = Pair()
    pair.server.receive(RawPeer().bytes, now: pair.now)
    while pair.performServerActions() {}
    #expect(pair.server.nextFrame() != nil)
    #expect(pair.server.nextFrame() == nil)
    #expect(pair.server.nextTimeout == nil)
    let written = pair.now + .seconds(50)
    pair.server.written(now: written)
    let timeout = pair.server.nextTimeout
    #expect(timeout == written + .seconds(120))
  }

  @Test func onlyInputGivesOwedInputMoreTime() {
    var served = server()
    var peer = RawPeer()
    func sent(_ write: (inout RawPeer) -> Void) -> ByteBuffer {
      peer.bytes.clear()
      write(&peer)
      return peer.bytes
    }
    let start = served.pair.now
    func expectTimeout(_ served: borrowing Served, _ time: Duration?, line: Int = #line) {
      let timeout = served.pair.server.inputTimeout.map { start.duration(to: $0) }
      #expect(timeout == time, "line \(line)")
    }
    served.receive(peer.bytes)
    expectTimeout(served, nil)
    served.receive(sent { $0.open(1) })
    expectTimeout(served, .seconds(10))
    served.receive(sent { $0.send(Ping(token: 1)) }, after: .seconds(6))
    expectTimeout(served, .seconds(10))
    served.receive(sent { $0.open(2) }, after: .seconds(1))
    expectTimeout(served, .seconds(17))
    // On a slow line the one waits while the other's input comes.
    let data = sent { $0.send(Array(RawPeer.pixels.prefix(2)), id: 2, isLast: false) }
    served.receive(ByteBuffer(bytes: data.array.prefix(33)), after: .seconds(1))
    expectTimeout(served, nil)
    served.receive(ByteBuffer(bytes: data.array.dropFirst(33)), after: .seconds(4))
    expectTimeout(served, .seconds(22))
    served.pair.server.fail(.init(rawValue: 2), SegmentationError(.timeout))
    // DATA that nobody wants any more is no input.
    served.receive(sent { $0.send(Array(RawPeer.pixels.suffix(4)), id: 2, isLast: true) }, after: .seconds(1))
    expectTimeout(served, .seconds(22))
    served.receive(sent { $0.send(RawPeer.pixels, id: 1, isLast: true) })
    expectTimeout(served, nil)
    #expect(served.pair.serverFault == nil)
    #expect(served.errors == [Fault(id: 2, code: .timeout)])
  }

  @Test func budgetsAreBounded() {
    func deadline(_ budget: UInt32) -> Duration? {
      var served = server()
      var peer = RawPeer()
      peer.open(1) { $0.budget = budget }
      served.receive(peer.bytes)
      for case .admit(let request) in served.pair.serverActions {
        return served.pair.now.duration(to: request.deadline)
      }
      return nil
    }
    #expect(deadline(0) == .seconds(30))
    #expect(deadline(7) == .milliseconds(7))
    #expect(deadline(.max) == .seconds(600))
  }

  @Test func clientsDoNotWaitForEver() {
    var client = ClientConnection(ClientConfiguration(greaseSeed: 0), now: .now)
    let timeout = client.nextTimeout
    #expect(timeout != nil)
    if let timeout { client.expire(now: timeout) }
    guard case .close(let error)? = client.nextAction() else {
      Issue.record("the client waits")
      return
    }
    #expect(error.code == .timeout)
  }
}
