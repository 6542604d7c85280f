internal import Synchronization
internal import TesseraProtocol

/// Where admitted requests wait for the one engine: bounded in requests and bytes, refusing at once.
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
    /// The engine, where it waits for jobs.
    var waiting: (most: Int, continuation: CheckedContinuation<[Job], Never>)?
    /// The engine, where it waits for a computation to end.
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

  /// Takes in a request of the server's own, which no drain waits for.
  ///
  /// - Throws: as ``admit(bytes:deadline:)``.
  func admitOwn(bytes: UInt64, deadline: ContinuousClock.Instant) throws(SegmentationError) -> Ticket {
    let now = ContinuousClock.now
    let admission = guarded.withLock { guarded in
      Result { () throws(SegmentationError) in
        try guarded.queue.admitOwn(bytes: bytes, deadline: deadline, now: now)
      }
    }
    return try admission.get()
  }

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

  private func resume(_ change: (inout QueueState) -> Void) {
    let (continuation, jobs) = guarded.withLock { guarded -> (CheckedContinuation<[Job], Never>?, [Job]) in
      change(&guarded.queue)
      guard let waiting = guarded.waiting, let jobs = guarded.queue.take(most: waiting.most) else { return (nil, []) }
      guarded.waiting = nil
      return (waiting.continuation, jobs)
    }
    continuation?.resume(returning: jobs)
  }
}

// The engine's side.
extension RequestQueue {
  /// Waits for requests; none means that no more will come.
  ///
  /// - Precondition: one caller at a time.
  func next(most: Int) async -> [Job] {
    await withCheckedContinuation { continuation in
      let jobs: [Job]? = guarded.withLock { guarded in
        precondition(guarded.waiting == nil, "RequestQueue: two callers wait for requests")
        if let jobs = guarded.queue.take(most: most) { return jobs }
        guarded.waiting = (most, continuation)
        return nil
      }
      if let jobs { continuation.resume(returning: jobs) }
    }
  }

  /// Computes one request and waits until that has ended, or until it is abandoned.
  ///
  /// The task is the queue's own: it is cancelled when its request is given up, and awaited, except where it does not
  /// end by the hard end of a drain. No structure could be left before that.
  func compute(_ ticket: Ticket, _ body: @escaping @Sendable () async -> Duration?) async {
    await withCheckedContinuation { continuation in
      let isAbandoned = guarded.withLock { guarded in
        if !guarded.isAbandoned { guarded.computing[ticket] = continuation }
        return guarded.isAbandoned
      }
      if isAbandoned { return continuation.resume() }
      let task = Task { [self] in
        let time = await body()
        finish(ticket, taking: time)
      }
      if !guarded.withLock({ $0.queue.attach(task, to: ticket) }) { task.cancel() }
    }
  }

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

  private func finish(_ ticket: Ticket, taking time: Duration?) {
    let now = ContinuousClock.now
    let continuation = guarded.withLock { guarded in
      guarded.queue.finish(ticket, taking: time, now: now)
      return guarded.computing.removeValue(forKey: ticket)
    }
    continuation?.resume()
  }
}
