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
    /// Whether it is the server's own.
    var isOwn = false
    /// The model that it waits for, and its generation.
    var model: (name: String, generation: UInt32)?
    var stage = Stage.receiving
    /// Gives it up while it is computed.
    var stopFlag: StopFlag?
    /// What computes it, set meanwhile, and the requests of its batch.
    var task: Task<Void, Never>?
    var batch: [Ticket] = []
    var isStopped = false
    /// Whether nobody waits for the outcome.
    var isOrphan = false
  }

  /// What stopping a request came to.
  enum Stopping: Hashable {
    /// It is gone; nothing will be delivered.
    case gone
    /// The engine has it and was told; an outcome will be delivered. The task, if any, has to be cancelled.
    case stopping(Task<Void, Never>?)
  }

  private let requestLimit: Int
  private let byteLimit: UInt64
  private var entries: [Ticket: Entry] = [:]
  private var line = RequestLine()
  private var lastTicket: UInt64 = 0
  /// Clients' requests admitted and not yet computed.
  private(set) var unanswered = 0
  /// Bytes of all entries.
  private(set) var bytes: UInt64 = 0
  private(set) var isClosed = false
  /// What each model does, by name.
  private var activities: [String: Activity] = [:]
  private var successes: [String: LastSuccess] = [:]
  /// A running mean of the time that one client's request takes the engine; nil before the first.
  private var meanTime: Duration?
  /// When the engine was last done with a batch.
  private var lastEnd: ContinuousClock.Instant?

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
    // What is the server's own may be more than there is room for.
    guard bytes <= byteLimit, needed <= byteLimit - bytes else {
      throw SegmentationError(.memoryBudget, retryAfter: retryDelay)
    }
    guard now + estimatedWait < deadline else {
      throw SegmentationError(.overloaded, "the queue is longer than the request's time", retryAfter: retryDelay)
    }
    unanswered += 1
    return add(Entry(bytes: needed))
  }

  /// Takes in a request of the server's own, for whose outcome nobody waits; nil where nothing more is admitted.
  ///
  /// It takes no client's place, needs neither place nor room, and is the next in line: clients cannot starve it.
  mutating func admitOwn(bytes: UInt64) -> Ticket? {
    isClosed ? nil : add(Entry(bytes: bytes, isOwn: true, isOrphan: true))
  }

  private mutating func add(_ entry: Entry) -> Ticket {
    lastTicket += 1
    let ticket = Ticket(rawValue: lastTicket)
    entries[ticket] = entry
    bytes += entry.bytes
    return ticket
  }

  mutating func enqueue(_ job: Job) {
    guard let entry = entries[job.ticket], entry.stage == .receiving else { return }
    entries[job.ticket]?.stage = .waiting
    entries[job.ticket]?.stopFlag = job.stopFlag
    entries[job.ticket]?.model = (job.request.model.name, job.request.model.generation)
    if entry.isOwn { line.appendOwn(job) } else { line.append(job) }
  }

  /// The next requests, which the engine has from now on where they are a batch.
  mutating func take(_ policy: BatchPolicy, now: ContinuousClock.Instant) -> RequestLine.Turn {
    // Who drains does not wait for more.
    let policy = isClosed ? BatchPolicy(limit: policy.limit) : policy
    let turn = line.next(policy, computeTime: meanTime ?? .zero, now: now)
    if case .batch(let jobs) = turn {
      for job in jobs { entries[job.ticket]?.stage = .computing }
      if let first = jobs.first {
        activities[first.request.model.name, default: Activity(now: now)].begin(jobs, now: now)
      }
    }
    return turn
  }

  /// Tells which task computes a batch; false where it should stop at once.
  mutating func attach(_ task: Task<Void, Never>, to tickets: [Ticket]) -> Bool {
    for ticket in tickets where entries[ticket]?.stage == .computing {
      entries[ticket]?.task = task
      entries[ticket]?.batch = tickets
    }
    return tickets.contains(where: isWanted)
  }

  /// The engine's time for each request of a batch that ends now.
  ///
  /// Where batches overlap, only the time counts in which the engine had not yet ended the one before.
  mutating func share(
    of count: Int, started: ContinuousClock.Instant, now: ContinuousClock.Instant
  ) -> Duration {
    let start = max(started, lastEnd ?? started)
    lastEnd = now
    return start.duration(to: now) / max(count, 1)
  }

  /// Notes that a request came to a result, which is before its batch ends.
  mutating func succeed(_ ticket: Ticket, now: ContinuousClock.Instant) {
    guard let entry = entries[ticket], entry.stage == .computing, let (name, generation) = entry.model else { return }
    successes[name] = LastSuccess(generation: generation, time: now).orLater(successes[name])
  }

  /// Looks for signs of life in what computes, and tells of the service's health.
  mutating func vitals(now: ContinuousClock.Instant) -> Vitals {
    for name in activities.keys { activities[name]?.observe(now: now) }
    return Vitals(
      successes: successes, computing: activities.filter { !$0.value.isIdle }.mapValues(\.moved),
      stillest: activities.compactMapValues(\.stillest), lastMovement: activities.values.map(\.moved).max())
  }

  /// Notes that the engine is done with a request.
  mutating func finish(_ ticket: Ticket, taking time: Duration?, now: ContinuousClock.Instant) {
    guard let entry = entries[ticket], entry.stage == .computing else { return }
    if let (name, _) = entry.model { activities[name]?.end(ticket, now: now) }
    // A small image of the server's own tells nothing of clients' images.
    if let time, !entry.isOwn { meanTime = meanTime.map { ($0 * 7 + time) / 8 } ?? time }
    leaveLine(entry)
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
    return .stopping(giveUp(ticket))
  }

  /// Gives back what a request holds that its connection has forgotten; a task that is returned has to be cancelled.
  @discardableResult
  mutating func release(_ ticket: Ticket) -> Task<Void, Never>? {
    guard let entry = entries[ticket] else { return nil }
    switch entry.stage {
    case .computing:
      entries[ticket]?.isOrphan = true
      return giveUp(ticket)
    case .receiving: leaveLine(entry)
    case .waiting:
      leaveLine(entry)
      line.remove(ticket)
    case .answering: break
    }
    forget(ticket)
    return nil
  }

  /// Admits nothing more.
  mutating func close() { isClosed = true }

  /// Tells the engine that a request is not wanted; the task of its batch where none of that is.
  private mutating func giveUp(_ ticket: Ticket) -> Task<Void, Never>? {
    entries[ticket]?.isStopped = true
    entries[ticket]?.stopFlag?.stop()
    guard let entry = entries[ticket], !entry.batch.contains(where: isWanted) else { return nil }
    return entry.task
  }

  private func isWanted(_ ticket: Ticket) -> Bool {
    guard let entry = entries[ticket] else { return false }
    return entry.stage != .computing || !entry.isStopped
  }

  private mutating func leaveLine(_ entry: Entry) {
    if !entry.isOwn { unanswered -= 1 }
  }

  private mutating func forget(_ ticket: Ticket) {
    guard let entry = entries.removeValue(forKey: ticket) else { return }
    bytes -= entry.bytes
  }

  /// When there may be room again: not so soon that refused clients are a load of their own.
  private var retryDelay: Duration { min(max(estimatedWait, .milliseconds(100)), .seconds(30)) }
}
