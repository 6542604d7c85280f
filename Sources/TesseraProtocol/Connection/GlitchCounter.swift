/// Counts what costs us more than the peer: provoked errors and live cancels share one bucket.
struct GlitchCounter {
  private let limit: Int
  private let window: Duration
  private var windowStart: ContinuousClock.Instant
  private var count = 0

  init(limit: Int, window: Duration, now: ContinuousClock.Instant) {
    self.limit = limit
    self.window = window
    windowStart = now
  }

  /// Counts one at `now`.
  ///
  /// - Throws: CALM past the limit of a window.
  mutating func count(_ now: ContinuousClock.Instant) throws(WireError) {
    if windowStart.duration(to: now) >= window {
      windowStart = now
      count = 0
    }
    count += 1
    if count > limit { throw WireError(.calm, "more than \(limit) cancels and provoked errors in \(window)") }
  }
}
