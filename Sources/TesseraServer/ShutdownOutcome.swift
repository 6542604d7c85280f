/// How a server ended.
public enum ShutdownOutcome: Hashable, Sendable {
  /// Every admitted request had its answer.
  case clean
  /// Time ran out; so many admitted requests had no answer.
  case forced(unanswered: Int)
}
