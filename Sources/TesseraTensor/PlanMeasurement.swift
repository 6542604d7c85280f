import CTesseraDNN

/// Tries what may compute a convolution, on maps of its size, and finds what is fastest.
package struct PlanMeasurement {
  private let request: PlanRequest
  private let rules: ConvolutionPlan

  /// Timed runs of each candidate in each of two visits; a run that does not count goes before.
  private static let rounds = 3
  private static let visits = 2
  /// After this long a visit ends with the round that is under way.
  private static let longestVisit = Duration.milliseconds(300)
  /// What takes this many times as long as the best in the first timed round is not tried again.
  private static let hopeless = 1.5

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
    // A machine is slow for moments at a time: none of the layouts may have them all.
    for _ in 0..<Self.visits {
      for (index, layouts) in arrangements.enumerated() {
        seconds[index].merge(visit(layouts)) { min($0, $1) }
      }
    }
    let timings = zip(arrangements, seconds).map { layouts, seconds in timing(layouts, seconds) }
    return PlanTiming.fastest(of: timings, passes: request.passes, rules: rules)
  }

  /// One piece of work that is timed.
  private enum Work: Hashable {
    case pass(ConvolutionPass, ConvolutionPlan.Algorithm)
    /// Of maps from where they rest and back.
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

  /// The least seconds of each piece of work in one pair of layouts.
  private func visit(_ layouts: Layouts) -> [Work: Double] {
    var jobs = jobs(layouts)
    for job in jobs { job.run() }
    var least: [Work: Double] = [:]
    let end = ContinuousClock.now + Self.longestVisit
    for _ in 0..<Self.rounds {
      for job in jobs {
        let start = ContinuousClock.now
        job.run()
        least[job.work] = min(least[job.work] ?? .infinity, (ContinuousClock.now - start) / .seconds(1))
      }
      guard ContinuousClock.now < end else { break }
      jobs.removeAll { job in
        let best = least.filter { $0.key.competes(with: job.work) }.values.min() ?? .infinity
        return (least[job.work] ?? 0) > Self.hopeless * best
      }
    }
    return least
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
    jobs.append(
      Job(work: .conversions) {
        for part in parts { _ = part.converted(to: layouts.source) }
        if passes.contains(.inputGradient) { for part in x { _ = part.converted(to: rest.source) } }
        let rested = y.converted(to: rest.destination)
        if passes != .inference { _ = rested.converted(to: layouts.destination) }
      })
    return jobs
  }
}
