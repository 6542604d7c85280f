internal import TesseraProtocol

/// The batches that one model computes, and the signs of life in them.
///
/// A look at the flag of any of them is such a sign, and so is the end of one. That one begins is not, unless nothing
/// computed before: a model that hangs may be given more.
struct Activity {
  private struct Batch {
    let flags: [StopFlag]
    var looks: UInt64
    /// When a look was first noticed that came after the one before; nil before any.
    var moved: ContinuousClock.Instant?

    init(_ flags: [StopFlag]) {
      self.flags = flags
      looks = Self.looks(at: flags)
    }

    mutating func observe(now: ContinuousClock.Instant) {
      let count = Self.looks(at: flags)
      guard looks != count else { return }
      moved = now
      looks = count
    }

    private static func looks(at flags: [StopFlag]) -> UInt64 { flags.reduce(0) { $0 &+ $1.looks } }
  }

  /// Each batch, by its first request.
  private var batches: [Ticket: Batch] = [:]
  /// When the model last moved, but for what the batches under way have shown.
  private var settled: ContinuousClock.Instant

  /// Starts with nothing to compute.
  init(now: ContinuousClock.Instant) { settled = now }

  /// Whether nothing computes.
  var isIdle: Bool { batches.isEmpty }

  /// When the model last moved.
  var moved: ContinuousClock.Instant { batches.values.compactMap(\.moved).reduce(settled, max) }

  /// When the request last moved that has not for longest, of those that were begun; nil where there is none.
  ///
  /// One that was never looked at may wait for others, and so may some of a batch of several.
  var stillest: ContinuousClock.Instant? {
    batches.values.filter { $0.flags.count == 1 }.compactMap(\.moved).min()
  }

  /// Takes a batch in.
  mutating func begin(_ jobs: [Job], now: ContinuousClock.Instant) {
    guard let first = jobs.first else { return }
    if isIdle { settled = now }
    observe(now: now)
    batches[first.ticket] = Batch(jobs.map(\.stopFlag))
  }

  /// Lets a batch go, by its first request; any other is none of its business.
  mutating func end(_ ticket: Ticket, now: ContinuousClock.Instant) {
    guard batches.removeValue(forKey: ticket) != nil else { return }
    settled = now
  }

  /// Looks for signs of life since the last time.
  mutating func observe(now: ContinuousClock.Instant) {
    for ticket in batches.keys { batches[ticket]?.observe(now: now) }
  }
}
