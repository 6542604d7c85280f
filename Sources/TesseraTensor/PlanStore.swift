import Synchronization

/// Which plan computes each convolution: the one that is known, or else one by rules or by measuring once.
///
/// A convolution is computed by one plan from the first time to the last, or its sums would change on the way.
package final class PlanStore: Sendable {
  /// How a plan is found where none is known.
  package enum Mode: Hashable, Sendable {
    /// By rules, without trying anything.
    case rules
    /// By trying what may do, where all passes together have at least so many operations, until that has taken so long
    /// altogether; nil for ever.
    ///
    /// What is less or comes later goes by rules.
    case measured(atLeast: Int = PlanStore.leastOperations, atMost: Duration? = nil)
  }

  /// Finds the fastest plan.
  package typealias Measure = @Sendable (PlanRequest) -> ConvolutionPlan

  /// Is told each plan that was measured, one at a time.
  package typealias Keeper = @Sendable ([PlanRequest: ConvolutionPlan]) -> Void

  private struct Known {
    let plan: ConvolutionPlan
    /// Whether this processor computes it: what others found may not suit.
    var isChecked: Bool
    var isUsed: Bool
  }

  private struct State {
    var mode = Mode.rules
    var known: [PlanRequest: Known] = [:]
    var measure: Measure = PlanMeasurement.fastest
    var keep: Keeper = { _ in }
    var spent = Duration.zero
    var measuredCount = 0
    /// Pieces of work under way that must not measure.
    var rehearsals = 0
  }

  /// The store of this process, beside which no other is used but in tests.
  package static let shared = PlanStore()

  /// Least operations of all passes that are worth measuring: below, the time goes elsewhere.
  package static let leastOperations = 50_000_000
  /// Most plans that are measured: images of ever new sizes have ever new ones.
  package static let mostPlans = 1024

  private let state = Mutex(State())
  /// Held by whoever measures: two at a time would disturb each other.
  private let measuring = Mutex(())

  /// Starts without any plan, by rules.
  package init() {}

  /// Changes how plans are found from now on, and learns plans; those that are known already stay.
  package func begin(
    _ mode: Mode, known: [PlanRequest: ConvolutionPlan] = [:],
    measure: @escaping Measure = PlanMeasurement.fastest, keep: @escaping Keeper = { _ in }
  ) {
    state.withLock { state in
      state.mode = mode
      state.measure = measure
      state.keep = keep
      for (request, plan) in known where state.known[request] == nil {
        state.known[request] = Known(plan: plan, isChecked: false, isUsed: false)
      }
    }
  }

  /// Learns the plans that a run has used until now, which win over those that are known.
  package func adopt(_ plans: [PlanRequest: ConvolutionPlan]) {
    state.withLock { state in
      for (request, plan) in plans { state.known[request] = Known(plan: plan, isChecked: false, isUsed: true) }
    }
  }

  /// The plans that were measured or learned and then asked for, and those that were adopted.
  package var used: [PlanRequest: ConvolutionPlan] {
    state.withLock { $0.known.filter(\.value.isUsed).mapValues(\.plan) }
  }

  /// How a convolution is to be computed.
  package func plan(for request: PlanRequest) -> ConvolutionPlan {
    // What must not be summed on tiles is another computation, of which nothing is kept.
    guard ConvolutionPlan.leastWinogradOperations != .max else {
      return .choose(for: request.shape, passes: request.passes)
    }
    if let plan = known(request) { return plan }
    guard measures(request) else { return .choose(for: request.shape, passes: request.passes) }
    return measuring.withLock { _ in
      // Another thread may have come first.
      if let plan = known(request) { return plan }
      let start = ContinuousClock.now
      let plan = state.withLock(\.measure)(request)
      let keep = state.withLock { state in
        state.known[request] = Known(plan: plan, isChecked: true, isUsed: true)
        state.spent += ContinuousClock.now - start
        state.measuredCount += 1
        return state.keep
      }
      keep([request: plan])
      return plan
    }
  }

  /// Does work whose sizes are not those that count, without measuring for them.
  func rehearse<Result>(_ work: () throws -> Result) rethrows -> Result {
    state.withLock { $0.rehearsals += 1 }
    defer { state.withLock { $0.rehearsals -= 1 } }
    return try work()
  }

  private func known(_ request: PlanRequest) -> ConvolutionPlan? {
    let found = state.withLock { state -> Known? in
      guard let known = state.known[request] else { return nil }
      if known.isChecked && !known.isUsed { state.known[request]?.isUsed = true }
      return known
    }
    guard let found, !found.isChecked else { return found?.plan }
    let isComputed = found.plan.computes(request.passes, of: request.shape)
    state.withLock { state in
      state.known[request] = isComputed ? Known(plan: found.plan, isChecked: true, isUsed: true) : nil
    }
    return isComputed ? found.plan : nil
  }

  private func measures(_ request: PlanRequest) -> Bool {
    state.withLock { state in
      guard case .measured(let least, let limit) = state.mode, state.rehearsals == 0,
        state.measuredCount < Self.mostPlans,
        request.operations >= least
      else { return false }
      return limit.map { state.spent < $0 } ?? true
    }
  }
}
