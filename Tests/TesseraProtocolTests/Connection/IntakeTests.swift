import TestSupport
import Testing

@testable import TesseraProtocol

@Suite struct IntakeTests {
  /// The error that an OPEN of a model meets; nil where it is admitted.
  private func refusal(_ name: String, _ intake: Intake, _ state: ServerState = .ready) -> ErrorCode? {
    var served = Served()
    served.pair.server.models = ["street", "night"].map { FakeService.describe(classes: 3, name: $0) }
    served.pair.server.intake = intake
    served.pair.server.state = state
    var peer = RawPeer()
    peer.open(1) { $0.model = name }
    served.receive(peer.bytes)
    return served.errors.first?.code
  }

  @Test func eachModelIsTakenOrRefusedByItself() {
    let intake = Intake.all(but: ["night"])
    #expect(refusal("night", intake) == .notReady)
    #expect(refusal("street", intake) == nil)
    #expect(refusal("", intake) == nil)
    #expect(refusal("", .all(but: ["street"])) == .notReady, "the default is the first")
    #expect(refusal("dusk", intake) == .unknownModel)
    #expect(refusal("night", .everything) == nil)
  }

  @Test func whileModelsLoadNobodyIsToldThatThereIsNone() {
    #expect(refusal("dusk", .nothing) == .notReady)
    #expect(refusal("", .nothing) == .notReady)
  }

  @Test func whatIsTakenDoesNotDependOnWhatIsTold() {
    #expect(refusal("street", .all(but: ["night"]), .draining) == nil)
    #expect(refusal("street", .all(but: ["night"]), .starting) == nil)
  }

  @Test func aDrainTakesNothingMoreThanBeforeAndSendsElsewhere() {
    #expect(refusal("night", .all(but: ["night"]), .draining) == .draining)
    var served = Served(state: .starting)
    served.pair.server.announceDrain(grace: .seconds(1))
    var peer = RawPeer()
    peer.open(1)
    served.receive(peer.bytes)
    #expect(served.errors == [Fault(id: 1, code: .draining)])
  }
}
