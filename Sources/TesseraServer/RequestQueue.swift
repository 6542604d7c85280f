internal import Synchronization
internal import TesseraProtocol

/// Where admitted requests wait for the engines: bounded in requests and bytes, refusing at once.
///
/// A request holds a place from admission until it is computed or given up, and its bytes until its answer is out. One
/// that was given up while the engine has it keeps both until the engine has stopped.
final class RequestQueue: Sendable {
  /// What was left when the hard end came.
  struct Abandonment {
    /// Requests without a whole answer.
    var open = 0
    /// Whether a computation did not end.
    var isStuck = false
  }

  private struct Guarded {
    var queue: QueueState
    /// Whether the line has changed since the engine last looked.
    var hasChanged = false
    /// The engine, where it waits for a change.
    var waiting: CheckedContinuation<Void, Never>?
    /// The engine, where it waits for a batch to end, by the first request of that.
    var computing: [Ticket: CheckedContinuation<Void, Never>] = [:]
    var isAbandoned = false
    var abandonment = Abandonment()
  }

  private let guarded: Mutex<Guarded>
  let requestLimit: Int

  init(requests: Int, bytes: UInt64) {
    requestLimit = requests
    guarded = Mutex(Guarded(queue: QueueState(requestLimit: requests, byteLimit: bytes)))
  }

  /// A view of the bookkeeping.
  func read<T: Sendable>(_ body: (borrowing QueueState) -> T) -> T { guarded.withLock { body($0.queue) } }

  /// Looks for signs of life in what computes, and tells of the service's health.
  func vitals(now: ContinuousClock.Instant) -> Vitals { guarded.withLock { $0.queue.vitals(now: now) } }

  /// Takes a request in, or says at once why not.
  ///
  /// - Throws: OVERLOADED, MEMORY_BUDGET, TOO_LARGE, DEADLINE or DRAINING.
  func admit(bytes: UInt64, deadline: ContinuousClock.Instant) throws(SegmentationError) -> Ticket {
    let now = ContinuousClock.now
    let admission = guarded.withLock { guarded in
      Result { () throws(SegmentationError) in
        try guarded.queue.admit(bytes: bytes, deadline: deadline, now: now)
      }
    }
    return try admission.get()
  }

  /// Takes in a request of the server's own, which takes no client's place; nil where nothing more is admitted.
  func admitOwn(bytes: UInt64) -> Ticket? { guarded.withLock { $0.queue.admitOwn(bytes: bytes) } }

  /// Lines an admitted request up for the engine.
  func enqueue(_ job: Job) {
    resume { $0.enqueue(job) }
  }

  /// Admits nothing more; the engine ends when the line is empty.
  func close() {
    resume { $0.close() }
  }

  /// Gives a request up.
  ///
  /// - Returns: whether it is gone at once; if not, an outcome will be delivered when the engine has stopped.
  func stop(_ ticket: Ticket) -> Bool {
    switch guarded.withLock({ $0.queue.stop(ticket) }) {
    case .gone: return true
    case .stopping(let task):
      task?.cancel()
      return false
    }
  }

  /// Gives back what a request holds whose connection knows it no more.
  func release(_ ticket: Ticket) {
    guarded.withLock { $0.queue.release(ticket) }?.cancel()
  }

  private func resume(_ change: (inout QueueState) -> Void = { _ in }) {
    let continuation = guarded.withLock { guarded in
      change(&guarded.queue)
      guarded.hasChanged = true
      defer { guarded.waiting = nil }
      return guarded.waiting
    }
    continuation?.resume()
  }
}

// The engine's side.
extension RequestQueue {
  /// Waits for a batch; none means that no more will come.
  ///
  /// - Precondition: one caller at a time.
  func next(_ policy: BatchPolicy) async -> [Job] {
    while true {
      // Whoever is cancelled cannot sleep until a batch is ripe.
      let policy = Task.isCancelled ? BatchPolicy(limit: policy.limit) : policy
      let now = ContinuousClock.now
      let (turn, isClosed) = guarded.withLock { guarded in
        guarded.hasChanged = false
        return (guarded.queue.take(policy, now: now), guarded.queue.isClosed)
      }
      switch turn {
      case .batch(let jobs): return jobs
      case .empty:
        if isClosed { return [] }
        await change()
      case .unripe(let time):
        await withTaskGroup(of: Void.self) { group in
          group.addTask { [self] in
            // Cancelled where something changed before.
            try? await Task.sleep(until: time, clock: .continuous)
            resume()
          }
          await change()
          group.cancelAll()
        }
      }
    }
  }

  private func change() async {
    await withCheckedContinuation { continuation in
      let hasChanged = guarded.withLock { guarded in
        precondition(guarded.waiting == nil, "RequestQueue: two callers wait for requests")
        if !guarded.hasChanged { guarded.waiting = continuation }
        return guarded.hasChanged
      }
      if hasChanged { continuation.resume() }
    }
  }

  /// Computes a batch and waits until that has ended, or until it is abandoned.
  ///
  /// The task is the queue's own: it is cancelled when all requests of the batch are given up, and awaited, but where
  /// it does not end by the hard end of a drain. No structure could be left before that.
  ///
  /// - Parameter body: computes, and returns the requests that succeeded.
  func compute(_ jobs: [Job], _ body: @escaping @Sendable () async -> Set<Ticket>) async {
    let tickets = jobs.map(\.ticket)
    guard let first = tickets.first else { return }
    await withCheckedContinuation { continuation in
      let isAbandoned = guarded.withLock { guarded in
        if !guarded.isAbandoned { guarded.computing[first] = continuation }
        return guarded.isAbandoned
      }
      if isAbandoned { return continuation.resume() }
      let start = ContinuousClock.now
      let task = Task { [self] in
        let succeeded = await body()
        finish(tickets, succeeded, started: start)
      }
      if !guarded.withLock({ $0.queue.attach(task, to: tickets) }) { task.cancel() }
    }
  }

  /// Notes that a request came to a result.
  func succeed(_ ticket: Ticket) { guarded.withLock { $0.queue.succeed(ticket, now: .now) } }

  /// Stops waiting for computations that do not end.
  func abandon() {
    let left = guarded.withLock { guarded in
      guarded.isAbandoned = true
      guarded.abandonment.open = max(guarded.abandonment.open, guarded.queue.open)
      if !guarded.computing.isEmpty { guarded.abandonment.isStuck = true }
      defer { guarded.computing.removeAll() }
      return Array(guarded.computing.values)
    }
    for continuation in left { continuation.resume() }
  }

  /// What was left at the hard end, if it came to that.
  var abandonment: Abandonment { guarded.withLock { $0.abandonment } }

  private func finish(_ tickets: [Ticket], _ succeeded: Set<Ticket>, started: ContinuousClock.Instant) {
    let now = ContinuousClock.now
    let continuation = guarded.withLock { guarded in
      let time = guarded.queue.share(of: tickets.count, started: started, now: now)
      for ticket in tickets {
        guarded.queue.finish(ticket, taking: succeeded.contains(ticket) ? time : nil, now: now)
      }
      return tickets.first.flatMap { guarded.computing.removeValue(forKey: $0) }
    }
    continuation?.resume()
  }
}
