internal import NIOCore
internal import TesseraProtocol

/// The bookkeeping of a ``RequestQueue``: who is admitted, in which stage, and what that holds.
struct QueueState {
  private enum Stage {
    /// Admitted; its input is coming.
    case receiving
    case waiting
    case computing
    /// Its answer is going out.
    case answering
  }

  private struct Entry {
    let bytes: UInt64
    var stage = Stage.receiving
    /// Set while it is computed.
    var task: Task<Void, Never>?
    var isStopped = false
    /// Whether nobody waits for the outcome.
    var isOrphan = false
  }

  /// What stopping a request came to.
  enum Stopping: Hashable {
    /// It is gone; nothing will be delivered.
    case gone
    /// The engine has it and was told; an outcome will be delivered.
    case stopping(Task<Void, Never>?)
  }

  private let requestLimit: Int
  private let byteLimit: UInt64
  private var entries: [Ticket: Entry] = [:]
  private var normal = CircularBuffer<Job>()
  private var background = CircularBuffer<Job>()
  private var lastTicket: UInt64 = 0
  /// Requests admitted and not yet computed.
  private(set) var unanswered = 0
  /// Bytes of all entries.
  private(set) var bytes: UInt64 = 0
  private(set) var isClosed = false
  /// When the engine last answered with a result.
  private(set) var lastSuccess: ContinuousClock.Instant?
  /// A running mean of the time that one request takes the engine; nil before the first.
  private var meanTime: Duration?

  init(requestLimit: Int, byteLimit: UInt64) {
    self.requestLimit = requestLimit
    self.byteLimit = byteLimit
  }

  /// Requests that have no whole answer and that somebody waits for.
  var open: Int { entries.count { !$0.value.isOrphan } }

  /// How long a request would wait that came now.
  var estimatedWait: Duration { (meanTime ?? .zero) * unanswered }

  mutating func admit(
    bytes needed: UInt64, deadline: ContinuousClock.Instant, now: ContinuousClock.Instant
  ) throws(SegmentationError) -> Ticket {
    guard !isClosed else { throw SegmentationError(.draining) }
    guard needed <= byteLimit else {
      throw SegmentationError(
        .tooLarge, "the request needs \(needed) bytes of \(byteLimit); scale the image down or ask for fewer outputs")
    }
    guard now < deadline else { throw SegmentationError(.deadline) }
    guard unanswered < requestLimit else { throw SegmentationError(.overloaded, retryAfter: retryDelay) }
    guard needed <= byteLimit - bytes else { throw SegmentationError(.memoryBudget, retryAfter: retryDelay) }
    guard now + estimatedWait < deadline else {
      throw SegmentationError(.overloaded, "the queue is longer than the request's time", retryAfter: retryDelay)
    }
    lastTicket += 1
    let ticket = Ticket(rawValue: lastTicket)
    entries[ticket] = Entry(bytes: needed)
    unanswered += 1
    bytes += needed
    return ticket
  }

  /// Takes in a request of the server's own: nobody waits for its outcome, and no drain for it.
  mutating func admitOwn(
    bytes needed: UInt64, deadline: ContinuousClock.Instant, now: ContinuousClock.Instant
  ) throws(SegmentationError) -> Ticket {
    let ticket = try admit(bytes: needed, deadline: deadline, now: now)
    entries[ticket]?.isOrphan = true
    return ticket
  }

  mutating func enqueue(_ job: Job) {
    guard entries[job.ticket]?.stage == .receiving else { return }
    entries[job.ticket]?.stage = .waiting
    if job.request.request.priority == .background { background.append(job) } else { normal.append(job) }
  }

  /// The next jobs, which the engine has from now on; nil where it has to wait, none where no more will come.
  mutating func take(most: Int) -> [Job]? {
    var jobs: [Job] = []
    while jobs.count < most, let job = normal.popFirst() ?? background.popFirst() {
      entries[job.ticket]?.stage = .computing
      jobs.append(job)
    }
    return jobs.isEmpty && !isClosed ? nil : jobs
  }

  /// Tells which task computes a request; false where it should stop at once.
  mutating func attach(_ task: Task<Void, Never>, to ticket: Ticket) -> Bool {
    guard let entry = entries[ticket], entry.stage == .computing else { return true }
    entries[ticket]?.task = task
    return !entry.isStopped
  }

  /// Notes that the engine is done with a request.
  mutating func finish(_ ticket: Ticket, taking time: Duration?, now: ContinuousClock.Instant) {
    if let time {
      meanTime = meanTime.map { ($0 * 7 + time) / 8 } ?? time
      lastSuccess = now
    }
    guard let entry = entries[ticket], entry.stage == .computing else { return }
    unanswered -= 1
    if entry.isOrphan {
      forget(ticket)
    } else {
      entries[ticket]?.stage = .answering
      entries[ticket]?.task = nil
    }
  }

  /// Gives a request up while its connection still wants to say so.
  mutating func stop(_ ticket: Ticket) -> Stopping {
    guard let entry = entries[ticket], entry.stage == .computing else {
      release(ticket)
      return .gone
    }
    entries[ticket]?.isStopped = true
    return .stopping(entry.task)
  }

  /// Gives back what a request holds that its connection has forgotten; a task that is returned has to be cancelled.
  @discardableResult
  mutating func release(_ ticket: Ticket) -> Task<Void, Never>? {
    guard let entry = entries[ticket] else { return nil }
    switch entry.stage {
    case .computing:
      entries[ticket]?.isOrphan = true
      entries[ticket]?.isStopped = true
      return entry.task
    case .receiving: unanswered -= 1
    case .waiting:
      unanswered -= 1
      normal.removeAll { $0.ticket == ticket }
      background.removeAll { $0.ticket == ticket }
    case .answering: break
    }
    forget(ticket)
    return nil
  }

  /// Admits nothing more.
  mutating func close() { isClosed = true }

  private mutating func forget(_ ticket: Ticket) {
    guard let entry = entries.removeValue(forKey: ticket) else { return }
    bytes -= entry.bytes
  }

  /// When there may be room again: not so soon that refused clients are a load of their own.
  private var retryDelay: Duration { min(max(estimatedWait, .milliseconds(100)), .seconds(30)) }
}
