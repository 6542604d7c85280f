import CTesseraDNN

/// Tries what may compute a convolution, on maps of its size, and finds what is fastest.
package struct PlanMeasurement {
  private let request: PlanRequest
  private let rules: ConvolutionPlan

  /// How often each pair of layouts is tried: a machine is slow for moments at a time, and none may have them all.
  private static let visits = 3
  /// A visit times rounds of all candidates until this has passed, one at least.
  private static let visit = Duration.milliseconds(40)
  /// What takes this many times as long as the best is not tried again.
  private static let hopeless = 1.3

  /// The plan that computes a convolution fastest, the conversions of its maps included.
  ///
  /// Between layers maps rest in blocks, and an image in rows. Takes some tens of runs of each pass; the memory that it
  /// takes goes back to the system.
  @Sendable package static func fastest(for request: PlanRequest) -> ConvolutionPlan {
    let measurement = PlanMeasurement(request)
    guard measurement.isChoice else { return measurement.rules }
    defer { tessera_work_release() }
    return StoragePool.apart { measurement.fastest() }
  }

  private init(_ request: PlanRequest) {
    self.request = request
    rules = .choose(for: request.shape, passes: request.passes)
  }

  /// Whether there is more than the rules' plan; plain loops are so slow that trying them takes too long.
  private var isChoice: Bool {
    let count = arrangements.reduce(0) { sum, layouts in
      sum + request.passes.reduce(0) { $0 + algorithms(of: $1, layouts).count }
    }
    return count > request.passes.count
      && request.passes.allSatisfy { rules.support(of: $0, for: request.shape) == .optimized }
  }

  private typealias Layouts = (source: Layout, destination: Layout)

  /// Pairs of layouts in which every pass has code for this processor.
  private var arrangements: [Layouts] {
    request.shape.arrangements.filter { layouts in
      request.passes.allSatisfy { !algorithms(of: $0, layouts).isEmpty }
    }
  }

  private func algorithms(of pass: ConvolutionPass, _ layouts: Layouts) -> [ConvolutionPlan.Algorithm] {
    ConvolutionPlan.Algorithm.allCases.filter {
      ConvolutionPlan(algorithm: $0, source: layouts.source, destination: layouts.destination)
        .support(of: pass, for: request.shape) == .optimized
    }
  }

  private func fastest() -> ConvolutionPlan {
    let arrangements = arrangements
    var seconds = arrangements.map { _ in [Work: Double]() }
    var plan = rules
    for number in 0..<2 * Self.visits {
      // Another plan than the rules' has to prove itself as often again.
      guard number < Self.visits || plan != rules else { break }
      let totals = zip(arrangements, seconds).map { total(of: $0, $1) }
      let bound = Self.hopeless * (totals.min() ?? .infinity)
      for (index, layouts) in arrangements.enumerated()
      where number == 0 || totals[index] <= bound || isUsual(layouts) {
        visit(layouts, &seconds[index])
      }
      let timings = zip(arrangements, seconds).map { timing($0, $1) }
      plan = PlanTiming.fastest(of: timings, passes: request.passes, rules: rules)
    }
    return plan
  }

  private func isUsual(_ layouts: Layouts) -> Bool { layouts == (rules.source, rules.destination) }

  private func total(of layouts: Layouts, _ seconds: [Work: Double]) -> Double {
    timing(layouts, seconds).best(of: request.passes, incumbent: nil)?.seconds ?? .infinity
  }

  /// One piece of work that is timed.
  private enum Work: Hashable {
    case pass(ConvolutionPass, ConvolutionPlan.Algorithm)
    /// Of what the passes are given, from the layout it rests in; what they give back is converted by them.
    case conversions

    /// Whether only one of the two is needed.
    func competes(with other: Work) -> Bool {
      guard case .pass(let pass, _) = self, case .pass(let otherPass, _) = other else { return false }
      return pass == otherPass
    }
  }

  private func timing(_ layouts: Layouts, _ seconds: [Work: Double]) -> PlanTiming {
    var timing = PlanTiming(
      source: layouts.source, destination: layouts.destination, conversions: seconds[.conversions] ?? 0, passes: [:])
    for case (.pass(let pass, let algorithm), let seconds) in seconds {
      timing.passes[pass, default: [:]][algorithm] = seconds
    }
    return timing
  }

  /// Tries one pair of layouts, and lowers the least seconds of each piece of work.
  private func visit(_ layouts: Layouts, _ least: inout [Work: Double]) {
    let jobs = jobs(layouts).filter { !isHopeless($0.work, layouts, least) }
    // The first run finds code and memory ready for the others.
    for job in jobs { job.run() }
    let end = ContinuousClock.now + Self.visit
    repeat {
      for job in jobs where !isHopeless(job.work, layouts, least) {
        let start = ContinuousClock.now
        job.run()
        least[job.work] = min(least[job.work] ?? .infinity, (ContinuousClock.now - start) / .seconds(1))
      }
    } while ContinuousClock.now < end
  }

  /// What the rules choose is never given up, for it is what others are held against: a moment's disturbance must not
  /// decide.
  private func isHopeless(_ work: Work, _ layouts: Layouts, _ least: [Work: Double]) -> Bool {
    guard let seconds = least[work] else { return false }
    if case .pass(let pass, let algorithm) = work, isUsual(layouts), algorithm == rules[pass] { return false }
    return least.contains { $0.key.competes(with: work) && Self.hopeless * $0.value < seconds }
  }

  private struct Job {
    let work: Work
    let run: () -> Void
  }

  /// The passes by each algorithm and the conversions, on maps of the request's size.
  private func jobs(_ layouts: Layouts) -> [Job] {
    let shape = request.shape
    let rest: Layouts = (shape.hasFewChannels ? .rows : .blocked, .blocked)
    func map(_ shape: Shape, _ layout: Layout) -> Tensor {
      .filled(shape, with: 0.5).converted(to: layout, request.shape.precision)
    }
    let parts = request.parts.map { map([shape.source[0], $0, shape.source[2], shape.source[3]], rest.source) }
    let x = parts.map { $0.converted(to: layouts.source) }
    let y = map(shape.destination, layouts.destination)
    let weights = Tensor.filled(shape.weights, with: 0.1)
    let bias = shape.hasBias ? Tensor.filled([shape.outputChannels], with: 0.1) : nil
    let passes = request.passes
    var jobs: [Job] = []
    for pass in ConvolutionPass.allCases where passes.contains(pass) {
      for algorithm in algorithms(of: pass, layouts) {
        let convolution = Convolution(
          shape,
          plan: ConvolutionPlan(algorithm: algorithm, source: layouts.source, destination: layouts.destination))
        jobs.append(
          Job(work: .pass(pass, algorithm)) {
            switch pass {
            case .forward: _ = convolution.forward(x, weights: weights, bias: bias)
            case .inputGradient: _ = convolution.inputGradients(y, weights: weights, channels: request.parts)
            case .weightGradient: _ = convolution.weightGradients(x, y, weights: shape.weights)
            }
          })
      }
    }
    guard layouts != rest else { return jobs }
    let rested = y.converted(to: rest.destination)
    jobs.append(
      Job(work: .conversions) {
        for part in parts { _ = part.converted(to: layouts.source) }
        if passes != .inference { _ = rested.converted(to: layouts.destination) }
      })
    return jobs
  }
}
