/// Whether a failed request may be sent again, and where.
///
/// Requests are pure, so every retry is safe.
public enum RetryClass: UInt8, Hashable, Sendable {
  /// The same request will fail again.
  case never = 0
  /// The same server may succeed at once.
  case atOnce = 1
  /// Another server may succeed.
  case anotherServer = 2
  /// The same server may succeed after the delay that comes with the error.
  case afterDelay = 3
}
