/// What was measured for one pair of layouts: the seconds of each pass by each algorithm.
struct PlanTiming {
  let source: Layout
  let destination: Layout
  /// Seconds that maps take from the layout they rest in, in all passes together.
  var conversions: Double
  /// Seconds of each pass by each algorithm that was tried.
  var passes: [ConvolutionPass: [ConvolutionPlan.Algorithm: Double]]

  /// A plan must take less than this share of the rules' time to replace it, so that noise does not.
  static let margin = 0.95

  /// The fastest plan in these layouts and its seconds; nil where a pass was not tried.
  ///
  /// - Parameter incumbent: the plan whose algorithms stay unless another is faster by the margin; nil for none.
  func best(of needed: Set<ConvolutionPass>, incumbent: ConvolutionPlan?) -> (plan: ConvolutionPlan, seconds: Double)? {
    var plan = incumbent ?? ConvolutionPlan(algorithm: .direct, source: source, destination: destination)
    var seconds = conversions
    // In one order, so that equal times give equal plans.
    for pass in ConvolutionPass.allCases where needed.contains(pass) {
      let tried = passes[pass] ?? [:]
      let order = ConvolutionPlan.Algorithm.allCases.filter { tried[$0] != nil }
      guard var chosen = order.min(by: { tried[$0]! < tried[$1]! }) else { return nil }
      if let incumbent {
        guard let usual = tried[incumbent[pass]] else { return nil }
        if tried[chosen]! >= Self.margin * usual { chosen = incumbent[pass] }
      }
      plan[pass] = chosen
      seconds += tried[chosen]!
    }
    return (plan, seconds)
  }

  /// The fastest plan of all layouts; the rules' where none is faster by the margin.
  static func fastest(
    of timings: [PlanTiming], passes: Set<ConvolutionPass>, rules: ConvolutionPlan
  ) -> ConvolutionPlan {
    func isUsual(_ timing: PlanTiming) -> Bool {
      timing.source == rules.source && timing.destination == rules.destination
    }
    guard let usual = timings.first(where: isUsual)?.best(of: passes, incumbent: rules) else { return rules }
    let others = timings.filter { !isUsual($0) }.compactMap { $0.best(of: passes, incumbent: nil) }
    guard let best = others.min(by: { $0.seconds < $1.seconds }), best.seconds < margin * usual.seconds else {
      return usual.plan
    }
    return best.plan
  }
}
