import Dispatch
import Foundation
import Synchronization

/// A thread of its own that runs the jobs of one actor.
///
/// Numeric work must neither block the cooperative pool nor move between threads: a team of compute threads belongs to
/// the thread that calls. The thread ends when its executor goes.
final class ComputeThread: SerialExecutor, Sendable {
  private let jobs = Jobs()

  init(name: String) {
    let thread = Thread { [jobs, weak self] in
      while let job = jobs.next() {
        // A job belongs to the actor, which holds this executor; the job may be what lets go of the actor.
        guard let executor = self else { return }
        withExtendedLifetime(executor) { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
      }
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit { jobs.end() }

  func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

  private final class Jobs: Sendable {
    private struct State {
      var waiting: [UnownedJob] = []
      var hasEnded = false
    }
    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    func append(_ job: UnownedJob) {
      state.withLock { $0.waiting.append(job) }
      available.signal()
    }

    func end() {
      state.withLock { $0.hasEnded = true }
      available.signal()
    }

    func next() -> UnownedJob? {
      available.wait()
      return state.withLock { $0.hasEnded ? nil : $0.waiting.removeFirst() }
    }
  }
}
