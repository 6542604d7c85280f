internal import TesseraProtocol

/// The batches that one model computes, and the signs of life in them.
///
/// A look at the flag of any of them is such a sign, and so is the end of one. That one begins is not, unless nothing
/// computed before: a model that hangs may be given more.
struct Activity {
  /// When the model last moved.
  private(set) var moved: ContinuousClock.Instant
  /// The flags of each batch, by its first request.
  private var flags: [Ticket: [StopFlag]] = [:]
  private var looks: UInt64 = 0

  /// Starts with nothing to compute.
  init(now: ContinuousClock.Instant) { moved = now }

  /// Whether nothing computes.
  var isIdle: Bool { flags.isEmpty }

  /// Takes a batch in.
  mutating func begin(_ jobs: [Job], now: ContinuousClock.Instant) {
    guard let first = jobs.first else { return }
    if isIdle { moved = now }
    observe(now: now)
    flags[first.ticket] = jobs.map(\.stopFlag)
    looks = count
  }

  /// Lets a batch go, by its first request; any other is none of its business.
  mutating func end(_ ticket: Ticket, now: ContinuousClock.Instant) {
    guard flags.removeValue(forKey: ticket) != nil else { return }
    moved = now
    looks = count
  }

  /// Looks for signs of life since the last time.
  mutating func observe(now: ContinuousClock.Instant) {
    guard looks != count else { return }
    moved = now
    looks = count
  }

  private var count: UInt64 { flags.values.joined().reduce(0) { $0 &+ $1.looks } }
}
