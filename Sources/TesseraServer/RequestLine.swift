internal import NIOCore
internal import TesseraProtocol

/// Requests that wait, in the order in which the engine gets them: by priority, then by arrival.
///
/// A batch is begun by the first in line; those that go with it are the next of its kind, wherever they stand, and
/// never more than the policy's limit or the service's. Of ``turns`` batches that begin while background requests wait,
/// one is begun by the oldest of them: what comes without end cannot starve them.
///
/// Requests of the server's own go before all others in line, each alone and at once; batches that the engine has
/// already, as many as the service takes calls, go before them.
struct RequestLine {
  /// What the line has for an engine that is free.
  enum Turn {
    case batch([Job])
    /// Requests wait, but not so long yet that no others may join them.
    case unripe(until: ContinuousClock.Instant)
    case empty
  }

  /// Batches of which at least one is begun by a background request, while any waits.
  static let turns = 16

  private var own = CircularBuffer<Job>()
  private var normal = CircularBuffer<Job>()
  private var background = CircularBuffer<Job>()
  /// Batches begun by normal requests while background ones waited.
  private var passed = 0

  mutating func append(_ job: Job) {
    if job.request.request.priority == .background { background.append(job) } else { normal.append(job) }
  }

  /// Lines up a request of the server's own.
  mutating func appendOwn(_ job: Job) { own.append(job) }

  mutating func remove(_ ticket: Ticket) {
    own.removeAll { $0.ticket == ticket }
    normal.removeAll { $0.ticket == ticket }
    background.removeAll { $0.ticket == ticket }
  }

  /// The next batch.
  ///
  /// - Parameters:
  ///   - computeTime: the engine's time for one request, as far as known: no batch waits past the earliest deadline of
  ///     its requests less the time to compute them.
  mutating func next(_ policy: BatchPolicy, computeTime: Duration, now: ContinuousClock.Instant) -> Turn {
    if let job = own.popFirst() { return .batch([job]) }
    let backgroundFirst = normal.isEmpty || (passed >= Self.turns - 1 && !background.isEmpty)
    guard let first = backgroundFirst ? background.first : normal.first else { return .empty }
    let key = first.batchKey
    var policy = policy
    policy.limit = max(1, min(policy.limit, first.service.batchLimit))
    if policy.delay > .zero, let time = ripeness(key, policy, computeTime), now < time { return .unripe(until: time) }
    passed = backgroundFirst || background.isEmpty ? 0 : passed + 1
    var jobs: [Job] = []
    if backgroundFirst { Self.move(key, most: policy.limit, from: &background, to: &jobs) }
    Self.move(key, most: policy.limit, from: &normal, to: &jobs)
    Self.move(key, most: policy.limit, from: &background, to: &jobs)
    return .batch(jobs)
  }

  /// When a batch begins that is not full; nil for one that is.
  private func ripeness(
    _ key: Job.BatchKey, _ policy: BatchPolicy, _ computeTime: Duration
  ) -> ContinuousClock.Instant? {
    var jobs: [Job] = []
    for line in [normal, background] {
      for job in line where job.batchKey == key { jobs.append(job) }
    }
    guard jobs.count < policy.limit, let oldest = jobs.map(\.enqueued).min(),
      let deadline = jobs.map(\.deadline).min()
    else { return nil }
    return min(oldest + policy.delay, deadline - computeTime * jobs.count)
  }

  private static func move(
    _ key: Job.BatchKey, most: Int, from line: inout CircularBuffer<Job>, to jobs: inout [Job]
  ) {
    var place = 0
    while jobs.count < most, place < line.count {
      let index = line.index(line.startIndex, offsetBy: place)
      if line[index].batchKey == key { jobs.append(line.remove(at: index)) } else { place += 1 }
    }
  }
}
