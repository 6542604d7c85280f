internal import Synchronization

/// Tells whoever computes a request that nobody wants its answer any more: set once, read between a model's layers.
///
/// A batch is one task, which cancelling ends as a whole; its requests are given up one by one by their flags.
public final class StopFlag: Sendable {
  private let state = Atomic(false)

  /// Makes a flag that is not set.
  public init() {}

  /// Gives the request up, from any thread.
  public func stop() { state.store(true, ordering: .releasing) }

  /// Whether it was given up.
  public var isStopped: Bool { state.load(ordering: .acquiring) }
}

extension StopFlag: Hashable {
  /// A flag equals itself alone.
  public static func == (a: StopFlag, b: StopFlag) -> Bool { a === b }

  /// Hashes which flag it is.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
