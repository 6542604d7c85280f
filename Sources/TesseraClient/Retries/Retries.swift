internal import TesseraProtocol

/// The retries of one request.
struct Retries {
  let policy: RetryPolicy
  let deadline: ContinuousClock.Instant?
  private var count = 0

  init(_ policy: RetryPolicy, deadline: ContinuousClock.Instant?) {
    self.policy = policy
    self.deadline = deadline
  }

  /// Decides what a failure means.
  ///
  /// - Returns: how long to wait before the request is sent again; nil where it is not.
  mutating func delay(
    after failure: RequestError, now: ContinuousClock.Instant, budget: inout RetryBudget,
    using generator: inout some RandomNumberGenerator
  ) -> Duration? {
    guard count + 1 < policy.attempts, failure.retry != .never, failure.retryAfter <= policy.longestRetryAfter else {
      return nil
    }
    var delay = failure.retryAfter
    // Nobody listened: that does not change at once.
    if count > 0 || failure.retry == .afterDelay || failure.isUnreachable {
      delay += policy.delay(afterRetries: count, using: &generator)
    }
    if let deadline, now + delay >= deadline { return nil }
    // Whoever drains does no work for what it turns away, and others take that on: no load is multiplied.
    guard failure.isDraining || budget.spend() else { return nil }
    count += 1
    return delay
  }
}
