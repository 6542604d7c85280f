import TesseraProtocol
import TesseraTensor

/// A thread that takes images from their bytes to their results, one after another.
actor Lane {
  /// The executor of the thread.
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  nonisolated let thread: ComputeThread
  private var preparedThreads = 0

  init(name: String) { thread = ComputeThread(name: name) }

  /// Does one image's work.
  ///
  /// - Parameter threads: threads for its numbers, this one included.
  func run<Output: Sendable>(
    threads: Int, _ work: @Sendable () throws(SegmentationError) -> Output
  ) throws(SegmentationError) -> Output {
    if threads != preparedThreads {
      ComputeThreads.prepare(count: threads)
      preparedThreads = threads
    }
    return try work()
  }
}
