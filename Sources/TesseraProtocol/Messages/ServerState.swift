/// Whether a server takes requests.
public enum ServerState: UInt8, Hashable, Sendable {
  /// The model is loading or has not proved itself.
  case starting = 0
  /// Requests are welcome.
  case ready = 1
  /// The server is going away.
  case draining = 2
}
