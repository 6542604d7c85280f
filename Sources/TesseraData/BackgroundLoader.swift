import Dispatch
import Foundation
import Synchronization

/// Prepares elements ahead of their use on threads of its own, and hands them out in order.
///
/// At most `depth` elements are being prepared or wait at any time. What an element is depends on its index alone, so
/// neither the number of threads nor their speed changes anything. Dropping the loader stops and joins its threads.
public final class BackgroundLoader<Element: Sendable>: Sendable {
  private let queue: OrderedQueue<Element>

  /// Starts preparing.
  ///
  /// - Parameters:
  ///   - count: number of elements; ``next()`` returns nil after them.
  ///   - depth: most elements ahead, at least 1.
  ///   - threads: number of threads, at least 1; more than `depth` are of no use.
  ///   - prepare: makes element `index`; called on several threads at once.
  public init(
    count: Int, depth: Int = 4, threads: Int = 1, prepare: @escaping @Sendable (Int) throws -> Element
  ) {
    precondition(count >= 0 && depth >= 1 && threads >= 1, "BackgroundLoader: \(count), \(depth), \(threads)")
    let queue = OrderedQueue<Element>(count: count, depth: depth, workers: min(threads, depth))
    self.queue = queue
    for _ in 0..<queue.workers {
      let thread = Thread { queue.work(prepare) }
      thread.name = "tessera-data"
      thread.start()
    }
  }

  /// Waits for the next element and takes it; nil after the last one and after ``cancel()``.
  ///
  /// Must be called by one thread at a time, and never from the cooperative pool: it blocks.
  ///
  /// - Throws: what preparing this element threw; every later call throws it again.
  public func next() throws -> Element? { try queue.next() }

  /// Stops the threads and waits until they have ended, at most as long as one element takes.
  public func cancel() { queue.cancel() }

  deinit { queue.cancel() }
}

/// A ring of slots that workers fill in any order and one consumer empties in order.
///
/// Tickets are handed out in order and only while a slot is free, so slot `index % depth` is empty when its ticket is
/// taken.
private final class OrderedQueue<Element: Sendable>: Sendable {
  private struct State {
    var nextTicket = 0
    var nextResult = 0
    var slots: [Result<Element, any Error>?]
    var failure: (any Error)?
    var isCancelled = false
    var runningWorkers: Int
  }

  let workers: Int
  private let count: Int
  private let depth: Int
  private let state: Mutex<State>
  // A semaphore must not end below its first value, so all begin at 0 and are raised.
  private let free = DispatchSemaphore(value: 0)
  private let filled: [DispatchSemaphore]
  private let ended = DispatchSemaphore(value: 0)

  init(count: Int, depth: Int, workers: Int) {
    self.count = count
    self.depth = depth
    self.workers = workers
    filled = (0..<depth).map { _ in DispatchSemaphore(value: 0) }
    state = Mutex(State(slots: [Result<Element, any Error>?](repeating: nil, count: depth), runningWorkers: workers))
    for _ in 0..<depth { free.signal() }
  }

  /// Prepares elements until none is left or the queue is cancelled.
  func work(_ prepare: (Int) throws -> Element) {
    while true {
      free.wait()
      let ticket: Int? = state.withLock { state in
        guard !state.isCancelled, state.nextTicket < count else { return nil }
        defer { state.nextTicket += 1 }
        return state.nextTicket
      }
      guard let ticket else { break }
      let result = Result { try prepare(ticket) }
      state.withLock { $0.slots[ticket % depth] = result }
      filled[ticket % depth].signal()
    }
    // The other workers may wait for the slot that ended this one.
    free.signal()
    ended.signal()
  }

  func next() throws -> Element? {
    let index: Int? = try state.withLock { state in
      if let failure = state.failure { throw failure }
      guard !state.isCancelled, state.nextResult < count else { return nil }
      defer { state.nextResult += 1 }
      return state.nextResult
    }
    guard let index else { return nil }
    filled[index % depth].wait()
    let result = state.withLock { state in
      defer { state.slots[index % depth] = nil }
      return state.slots[index % depth]
    }
    free.signal()
    do {
      return try result?.get()
    } catch {
      state.withLock { $0.failure = error }
      throw error
    }
  }

  func cancel() {
    let waiting = state.withLock { state in
      state.isCancelled = true
      defer { state.runningWorkers = 0 }
      return state.runningWorkers
    }
    free.signal()
    for _ in 0..<waiting { ended.wait() }
    // A consumer may wait for an element that nobody will prepare any more.
    for slot in filled { slot.signal() }
  }
}
