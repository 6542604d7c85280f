import TesseraProtocol

/// A thread of its own that decodes or encodes images, so that the model computes meanwhile and no event loop waits.
actor CodingThread {
  /// The executor of the thread.
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private nonisolated let thread: ComputeThread

  init(name: String) { thread = ComputeThread(name: name) }

  /// Does one piece of work, after those that came before.
  func run<Output: Sendable>(
    _ work: @Sendable () throws(SegmentationError) -> Output
  ) throws(SegmentationError) -> Output {
    try work()
  }
}
