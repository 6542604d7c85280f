/// What an ERROR ends.
public enum ErrorScope: UInt8, Hashable, Sendable {
  /// One request; the connection goes on.
  case request = 0
  /// The whole connection.
  case connection = 1
}
