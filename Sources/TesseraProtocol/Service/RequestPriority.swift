/// Which requests wait for which.
public enum RequestPriority: UInt8, Hashable, Sendable {
  /// Somebody waits for the answer.
  case normal = 0
  /// Nobody does.
  case background = 1
}
