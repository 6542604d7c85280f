import NIOCore
import Testing

@testable import TesseraProtocol

@Suite struct RequestEndingTests {
  private func endings(_ served: inout Served) -> [RequestEnding] {
    var endings: [RequestEnding] = []
    while let ending = served.pair.server.nextEnding() { endings.append(ending) }
    return endings
  }

  @Test func everyEndIsToldOnce() {
    var served = Served()
    var peer = RawPeer()
    peer.open(1)
    peer.send(RawPeer.pixels, id: 1, isLast: true)
    peer.open(2) { $0.model = "other" }
    peer.open(3)
    served.receive(peer.bytes)
    let first = endings(&served)
    #expect(
      Set(first) == [
        RequestEnding(id: RequestID(rawValue: 1), model: "toy", outcome: .answered),
        RequestEnding(id: RequestID(rawValue: 2), model: "other", outcome: .failed(.unknownModel)),
      ])
    #expect(first.count == 2)

    served.receive(ByteBuffer(repeating: 0, count: 32))
    let last = endings(&served)
    #expect(last == [RequestEnding(id: RequestID(rawValue: 3), model: "toy", outcome: .lost)])
  }

  @Test(arguments: [
    (RequestEnding.Outcome.answered, "OK"), (.lost, "LOST"), (.failed(.badImage), "BAD_IMAGE"),
    (.failed(ErrorCode(rawValue: 7000)), "CODE_7000"),
  ])
  func outcomesHaveNames(_ outcome: RequestEnding.Outcome, _ name: String) {
    #expect(outcome.description == name)
  }
}
