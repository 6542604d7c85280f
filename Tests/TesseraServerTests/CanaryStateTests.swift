import Testing

@testable import TesseraProtocol
@testable import TesseraServer

/// Canaries on a clock that only the test moves: one every 5 s, and a success counts for 10 s.
@Suite struct CanaryStateTests {
  private let start = ContinuousClock.now
  private let street = FakeService(name: "street", generation: 1).model
  private let night = FakeService(name: "night", generation: 1).model
  private let first = Ticket(rawValue: 1)
  private let second = Ticket(rawValue: 2)

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  /// A queue whose models succeeded, move and compute since these seconds.
  private func vitals(
    _ successes: [String: Double] = [:], generation: UInt32 = 1, moved: Double? = nil,
    computing: [String: Double] = [:], stillest: [String: Double] = [:]
  ) -> Vitals {
    Vitals(
      successes: successes.mapValues { LastSuccess(generation: generation, time: at($0)) },
      computing: computing.mapValues { at($0) }, stillest: stillest.mapValues { at($0) },
      lastMovement: ([moved].compactMap(\.self) + computing.values).max().map { at($0) })
  }

  /// Begins the probe that is due.
  private func begin(
    _ state: inout CanaryState, _ models: [ModelDescription], _ vitals: Vitals, _ ticket: Ticket, at seconds: Double
  ) -> String? {
    guard let probe = state.due(models, vitals, now: at(seconds)) else { return nil }
    state.begin(probe, as: ticket)
    return probe.model.name
  }

  private func readiness(
    _ state: CanaryState, _ models: [ModelDescription], _ vitals: Vitals, at seconds: Double
  ) -> Readiness { state.assess(models, vitals, now: at(seconds)).readiness }

  @Test func modelsHaveTheirTurnsOneAtATime() throws {
    var state = CanaryState(Server.CanaryTimes())
    let models = [street, night]
    #expect(begin(&state, models, vitals(), first, at: 0) == "street")
    #expect(begin(&state, models, vitals(), second, at: 1) == nil)
    #expect(readiness(state, models, vitals(), at: 1) == .notReady(.starting, model: "street"))
    #expect(state.hear(first, nil, now: at(2))?.model.name == "street")
    #expect(state.hear(first, nil, now: at(2)) == nil, "an outcome counts once")
    #expect(begin(&state, models, vitals(["street": 2]), second, at: 2) == "night")
    #expect(readiness(state, models, vitals(["street": 2]), at: 2) == .notReady(.starting, model: "night"))
    _ = state.hear(second, nil, now: at(3))
    let both = vitals(["street": 2, "night": 3])
    #expect(readiness(state, models, both, at: 3) == .ready)
    // The one that has waited longest goes first, and no sooner than it must.
    #expect(begin(&state, models, both, first, at: 4.9) == nil)
    #expect(begin(&state, models, both, first, at: 7.5) == "street")
    _ = state.hear(first, nil, now: at(7.6))
    #expect(begin(&state, models, vitals(["street": 7.6, "night": 3]), first, at: 7.6) == "night")
  }

  @Test func requestsThatSucceedAreProofEnough() {
    var state = CanaryState(Server.CanaryTimes())
    #expect(begin(&state, [street], vitals(), first, at: 0) == "street")
    _ = state.hear(first, nil, now: at(0))
    for second in stride(from: 1.0, through: 60, by: 1) {
      #expect(state.due([street], vitals(["street": second - 1]), now: at(second)) == nil)
    }
    // Silence makes it sing again.
    #expect(state.due([street], vitals(["street": 60]), now: at(62.4)) == nil)
    #expect(state.due([street], vitals(["street": 60]), now: at(62.5)) != nil)
  }

  @Test func aGenerationThatTakesOverIsProbedAtOnceAndReadyMeanwhile() {
    var state = CanaryState(Server.CanaryTimes())
    #expect(begin(&state, [street], vitals(), first, at: 0) == "street")
    _ = state.hear(first, nil, now: at(0))
    let next = FakeService(name: "street", generation: 2).model
    #expect(state.due([street], vitals(["street": 0]), now: at(0.1)) == nil)
    #expect(state.due([next], vitals(["street": 0]), now: at(0.1))?.model.generation == 2)
    #expect(readiness(state, [next], vitals(["street": 0]), at: 9) == .ready)
  }

  @Test func oneThatIsOverdueHoldsNobodyUp() {
    var state = CanaryState(Server.CanaryTimes())
    let models = [street, night]
    #expect(begin(&state, models, vitals(), first, at: 0) == "street")
    #expect(state.expire(now: at(9.9)).isEmpty)
    #expect(state.expire(now: at(10)).keys.sorted { $0.rawValue < $1.rawValue } == [first])
    #expect(state.expire(now: at(11)).isEmpty, "it is told once")
    #expect(begin(&state, models, vitals(), second, at: 11) == "night")
    _ = state.hear(second, nil, now: at(12))
    #expect(begin(&state, models, vitals(["night": 12]), second, at: 13) == nil, "it has one under way")
    #expect(state.hear(first, .cancelled, now: at(14)) == nil, "nobody waits for it any more")
    #expect(begin(&state, models, vitals(["night": 12]), second, at: 14) == "street")
    state.forget(second)
    #expect(begin(&state, models, vitals(["night": 12]), second, at: 19) == "night")
    #expect(state.end() == [second])
    #expect(state.hear(second, nil, now: at(20)) == nil)
  }

  @Test func aFailureCountsUntilASuccess() {
    var state = CanaryState(Server.CanaryTimes())
    _ = begin(&state, [street], vitals(["street": 0]), first, at: 5)
    #expect(state.hear(first, .modelFault, now: at(5)) != nil)
    #expect(readiness(state, [street], vitals(["street": 0]), at: 10) == .ready)
    let failing = Readiness.notReady(.failing(.modelFault), model: "street")
    #expect(readiness(state, [street], vitals(["street": 0], moved: 11), at: 11) == failing)
    #expect(readiness(state, [street], vitals(), at: 11) == failing, "it never worked")
    // A request has succeeded since, and grown old: nothing is known of why no other did.
    #expect(readiness(state, [street], vitals(["street": 12]), at: 12) == .ready)
    #expect(readiness(state, [street], vitals(["street": 12]), at: 23) == .notReady(.late, model: "street"))
  }

  @Test func thatItsTimeWasUpIsNoFailure() {
    var state = CanaryState(Server.CanaryTimes())
    _ = begin(&state, [street], vitals(["street": 0]), first, at: 5)
    #expect(state.hear(first, .deadline, now: at(14)) != nil)
    #expect(readiness(state, [street], vitals(["street": 0], moved: 14), at: 15) == .ready)
    #expect(readiness(state, [street], vitals(["street": 0], moved: 4), at: 15) == .notReady(.late, model: "street"))
  }

  @Test("what has long to compute but goes on is ready, what is still is not")
  func movement() {
    let state = CanaryState(Server.CanaryTimes())
    #expect(readiness(state, [street], vitals(["street": 0], computing: ["street": 60]), at: 69) == .ready)
    #expect(
      readiness(state, [street], vitals(["street": 0], computing: ["street": 60]), at: 70.1)
        == .notReady(.late, model: "street"))
    // Who has never succeeded may hang in the first attempt.
    #expect(
      readiness(state, [street], vitals(computing: ["street": 0]), at: 9) == .notReady(.starting, model: "street"))
    #expect(readiness(state, [street], vitals(computing: ["street": 0]), at: 11) == .notReady(.late, model: "street"))
    // Between two batches nothing computes, and nothing hangs.
    #expect(readiness(state, [street], vitals(["street": 0], moved: 59), at: 60) == .ready)
  }

  @Test func theModelThatHangsIsToBlameAndNoOtherRefused() {
    let state = CanaryState(Server.CanaryTimes())
    let models = [street, night]
    // One that hangs beside one that works.
    var standing = state.assess(models, vitals(["street": 39, "night": 0], computing: ["night": 20]), now: at(40))
    #expect(standing.readiness == .notReady(.late, model: "night"))
    #expect(standing.intake == .all(but: ["night"]))
    #expect(standing.readiness(of: "street") == .ready && standing.readiness(of: "") == standing.readiness)
    #expect(standing.readiness(of: "night") == .notReady(.late, model: "night"))
    #expect(standing.draining.readiness(of: "street") == .notReady(.draining))
    #expect(standing.draining.intake == standing.intake)
    // One that hangs before one that waits for it.
    standing = state.assess(models, vitals(["street": 0, "night": 0], computing: ["night": 20]), now: at(40))
    #expect(standing.readiness == .notReady(.late, model: "night"))
    #expect(standing.intake == .all(but: ["street", "night"]))
  }

  @Test("one request that hangs is told although others succeed")
  func oneThatIsStuckAmongOthers() {
    let state = CanaryState(Server.CanaryTimes())
    let busy = vitals(["street": 39], computing: ["street": 39.5], stillest: ["street": 9.5])
    #expect(readiness(state, [street], busy, at: 39.5) == .ready)
    #expect(readiness(state, [street], busy, at: 39.6) == .notReady(.late, model: "street"))
    let others = vitals(["street": 39, "night": 39], computing: ["street": 39.5], stillest: ["street": 9.5])
    #expect(readiness(state, [night, street], others, at: 39.6) == .notReady(.late, model: "street"))
    #expect(state.assess([night, street], others, now: at(39.6)).intake == .all(but: ["street"]))
  }

  @Test func aHangIsToldBeforeAFailure() {
    var state = CanaryState(Server.CanaryTimes())
    let models = [street, night]
    _ = begin(&state, models, vitals(), first, at: 0)
    _ = state.hear(first, .nonfiniteOutput, now: at(1))
    let hangs = vitals(["night": 0], computing: ["night": 2])
    #expect(readiness(state, models, hangs, at: 20) == .notReady(.late, model: "night"))
  }

  @Test func withoutCanariesModelsThatAreLoadedAreReady() {
    let state = CanaryState(nil)
    #expect(state.due([street], vitals(), now: at(100)) == nil)
    #expect(state.assess([street], vitals(), now: at(100)) == Standing(readiness: .ready, intake: .everything))
    #expect(Standing.loading.readiness(of: "street") == .notReady(.starting))
  }
}
