/// Allows something once in an interval, and forgives three strikes less one.
struct RateGate {
  private let interval: Duration
  private let strikesAllowed = 3
  private var last: ContinuousClock.Instant?
  private var strikes = 0

  init(interval: Duration) { self.interval = interval }

  /// Counts one at `now`; false when the last strike is spent.
  ///
  /// One that keeps the interval clears them.
  mutating func admit(_ now: ContinuousClock.Instant) -> Bool {
    defer { last = now }
    guard let last, last.duration(to: now) < interval else {
      strikes = 0
      return true
    }
    strikes += 1
    return strikes < strikesAllowed
  }
}
