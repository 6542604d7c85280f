internal import Synchronization

/// Tells whoever computes a request that nobody wants its answer any more: set once, read between a model's layers.
///
/// A batch is one task, which cancelling ends as a whole; its requests are given up one by one by their flags. Reading
/// is a sign of life, too: a computation that goes on and looks at no flag for long is taken for one that hangs.
public final class StopFlag: Sendable {
  private let state = Atomic(false)
  private let count = Atomic<UInt64>(0)

  /// Makes a flag that is not set.
  public init() {}

  /// Gives the request up, from any thread.
  public func stop() { state.store(true, ordering: .releasing) }

  /// Whether it was given up; every look is counted.
  public var isStopped: Bool {
    count.wrappingAdd(1, ordering: .relaxed)
    return state.load(ordering: .acquiring)
  }

  /// How often somebody has looked.
  public var looks: UInt64 { count.load(ordering: .relaxed) }
}

extension StopFlag: Hashable {
  /// A flag equals itself alone.
  public static func == (a: StopFlag, b: StopFlag) -> Bool { a === b }

  /// Hashes which flag it is.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
