import Dispatch
import Synchronization
import Testing

@testable import TesseraTensor

@Suite struct PlanStoreTests {
  /// Counts what it is asked for, and answers with a plan that the rules do not give.
  private final class Measurements: Sendable {
    private let delay: Duration
    private let requests = Mutex<[PlanRequest]>([])

    init(delay: Duration = .zero) { self.delay = delay }

    var all: [PlanRequest] { requests.withLock { $0 } }
    @Sendable func measure(_ request: PlanRequest) -> ConvolutionPlan {
      requests.withLock { $0.append(request) }
      let end = ContinuousClock.now + delay
      while ContinuousClock.now < end {}
      return other
    }
  }

  private static let other = ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast)

  private static func request(
    side: Int = 64, channels: Int = 32, passes: Set<ConvolutionPass> = .all, threads: Int = 1
  ) -> PlanRequest {
    let shape = ConvolutionShape(
      source: [1, channels, side, side], outputChannels: channels, geometry: .same(kernel: 3), hasBias: false,
      precision: .f32)
    return PlanRequest(shape, parts: [channels], passes: passes, threads: threads)
  }

  private static func rules(_ request: PlanRequest) -> ConvolutionPlan {
    .choose(for: request.shape, passes: request.passes)
  }

  @Test func rulesMeasureNothing() {
    let measurements = Measurements()
    let store = PlanStore()
    store.begin(.rules, measure: measurements.measure)
    #expect(store.plan(for: Self.request()) == Self.rules(Self.request()))
    #expect(measurements.all.isEmpty && store.used.isEmpty)
  }

  @Test func whatIsUnknownIsMeasuredOnce() {
    let measurements = Measurements()
    let store = PlanStore()
    let kept = Mutex<[[PlanRequest: ConvolutionPlan]]>([])
    store.begin(.measured(), measure: measurements.measure) { plans in kept.withLock { $0.append(plans) } }
    let requests = [
      Self.request(), Self.request(passes: .inference), Self.request(threads: 2), Self.request(side: 63),
    ]
    for request in requests + requests { #expect(store.plan(for: request) == Self.other) }
    #expect(measurements.all == requests)
    #expect(kept.withLock { $0 } == requests.map { [$0: Self.other] })
    #expect(store.used == Dictionary(uniqueKeysWithValues: requests.map { ($0, Self.other) }))
  }

  /// 2 · 16·16·9·64·64 operations a pass: 19 millions, of which three are worth measuring.
  @Test func littleWorkGoesByRules() {
    let measurements = Measurements()
    let store = PlanStore()
    store.begin(.measured(), measure: measurements.measure)
    let little = Self.request(channels: 16, passes: .inference)
    #expect(store.plan(for: little) == Self.rules(little))
    #expect(measurements.all.isEmpty)
    #expect(store.plan(for: Self.request(channels: 16)) == Self.other)
  }

  @Test func whatIsKnownIsNotMeasured() {
    let measurements = Measurements()
    let store = PlanStore()
    let rows = ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
    store.begin(
      .measured(atMost: nil), known: [Self.request(): rows, Self.request(side: 65): rows], measure: measurements.measure
    )
    #expect(store.used.isEmpty, "nobody has asked yet")
    #expect(store.plan(for: Self.request()) == rows)
    #expect(measurements.all.isEmpty && store.used == [Self.request(): rows])
  }

  /// Plans of another machine, or of a file that somebody changed.
  @Test func whatCannotBeComputedIsMeasuredAnew() {
    let measurements = Measurements()
    let store = PlanStore()
    let impossible = ConvolutionPlan(algorithm: .depthwise, source: .blocked, destination: .blocked)
    store.begin(.measured(), known: [Self.request(): impossible], measure: measurements.measure)
    #expect(store.plan(for: Self.request()) == Self.other)
    #expect(measurements.all == [Self.request()])
  }

  @Test func plansOfARunWinOverThoseOfTheMachine() {
    let measurements = Measurements()
    let store = PlanStore()
    let (rows, last) = (Layout.rows, Layout.channelsLast)
    let ofMachine = ConvolutionPlan(algorithm: .direct, source: last, destination: last)
    let ofRun = ConvolutionPlan(algorithm: .direct, source: rows, destination: rows)
    store.begin(.measured(), known: [Self.request(): ofMachine], measure: measurements.measure)
    store.adopt([Self.request(): ofRun, Self.request(side: 66): ofRun])
    #expect(store.used.count == 2, "a run's plans stay with it, asked for again or not")
    #expect(store.plan(for: Self.request()) == ofRun)
    #expect(measurements.all.isEmpty)
  }

  @Test func plansOfARunHoldWithoutMeasuringToo() {
    let store = PlanStore()
    let rows = ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
    store.adopt([Self.request(): rows])
    #expect(store.plan(for: Self.request()) == rows)
  }

  @Test func measuringEndsWhenItHasTakenTooLong() {
    let store = PlanStore()
    store.begin(.measured(atMost: .milliseconds(30)), measure: Measurements(delay: .milliseconds(20)).measure)
    let requests = (60..<64).map { Self.request(side: $0) }
    let plans = requests.map { store.plan(for: $0) }
    #expect(plans == [Self.other, Self.other] + requests[2...].map(Self.rules))
    #expect(store.plan(for: requests[0]) == Self.other, "what was measured stays")
  }

  @Test func rehearsalsMeasureNothing() {
    let measurements = Measurements()
    let store = PlanStore()
    store.begin(.measured(), measure: measurements.measure)
    store.rehearse { #expect(store.plan(for: Self.request()) == Self.rules(Self.request())) }
    #expect(measurements.all.isEmpty)
    #expect(store.plan(for: Self.request()) == Self.other)
  }

  @Test func threadsThatAskTogetherGetOnePlan() {
    let measurements = Measurements(delay: .milliseconds(5))
    let store = PlanStore()
    store.begin(.measured(), measure: measurements.measure)
    let plans = Mutex<[ConvolutionPlan]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      let plan = store.plan(for: Self.request(side: 60 + index % 2))
      plans.withLock { $0.append(plan) }
    }
    #expect(plans.withLock { $0 } == [ConvolutionPlan](repeating: Self.other, count: 8))
    #expect(measurements.all.count == 2)
  }
}
