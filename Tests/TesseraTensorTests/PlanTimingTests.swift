import Testing

@testable import TesseraTensor

@Suite struct PlanTimingTests {
  private static let rules = ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked)

  private static func timing(
    _ layout: Layout, conversions: Double = 0, _ passes: [ConvolutionPass: [ConvolutionPlan.Algorithm: Double]]
  ) -> PlanTiming {
    PlanTiming(source: layout, destination: layout, conversions: conversions, passes: passes)
  }

  @Test func eachPassTakesItsFastestAlgorithm() {
    let blocked = Self.timing(
      .blocked,
      [
        .forward: [.winograd: 1, .direct: 2], .inputGradient: [.winograd: 2, .direct: 1],
        .weightGradient: [.winograd: 1, .direct: 0.96],
      ])
    let plan = PlanTiming.fastest(of: [blocked], passes: .all, rules: Self.rules)
    #expect(plan.forward == .winograd && plan.inputGradient == .direct)
    #expect(plan.weightGradient == .winograd, "four hundredths may be noise")
    #expect(plan.source == .blocked && plan.destination == .blocked)
  }

  @Test func passesThatAreNotNeededStayAsTheyWere() {
    let blocked = Self.timing(.blocked, [.forward: [.winograd: 3, .direct: 1]])
    let plan = PlanTiming.fastest(of: [blocked], passes: .inference, rules: Self.rules)
    #expect(plan.forward == .direct && plan.inputGradient == .winograd && plan.weightGradient == .winograd)
  }

  /// 3 seconds in blocks against the sum of conversions and passes in the other layout.
  @Test(arguments: [(0.0, true), (0.8, true), (0.9, false), (2.0, false)])
  func otherLayoutsPayForTheirConversions(_ conversions: Double, _ wins: Bool) {
    let passes = Set<ConvolutionPass>.all
    let blocked = Self.timing(
      .blocked, [.forward: [.direct: 1], .inputGradient: [.direct: 1], .weightGradient: [.direct: 1]])
    let last = Self.timing(
      .channelsLast, conversions: conversions,
      [.forward: [.direct: 1], .inputGradient: [.direct: 0.5], .weightGradient: [.direct: 0.5]])
    let rules = ConvolutionPlan(algorithm: .direct, source: .blocked, destination: .blocked)
    let plan = PlanTiming.fastest(of: [last, blocked], passes: passes, rules: rules)
    #expect(
      plan == (wins ? ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast) : rules))
  }

  @Test func whatWasNotTriedIsNotChosen() {
    let last = Self.timing(.channelsLast, [.forward: [.direct: 0.1]])
    #expect(PlanTiming.fastest(of: [last], passes: .inference, rules: Self.rules) == Self.rules)
    let blocked = Self.timing(.blocked, [.forward: [.winograd: 1]])
    let plan = PlanTiming.fastest(
      of: [blocked, last], passes: [.forward, .inputGradient], rules: Self.rules)
    #expect(plan == Self.rules, "a gradient was needed and never timed")
  }
}
