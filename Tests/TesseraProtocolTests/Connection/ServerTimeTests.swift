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
