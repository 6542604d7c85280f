internal import TesseraProtocol

/// Whether the server can serve, and why not.
enum Readiness: Hashable, Sendable {
  case ready
  case notReady(Reason)

  enum Reason: Hashable, Sendable {
    /// Models are loading, or no canary inference of one has succeeded yet.
    case starting
    /// The last one has not come back.
    case late
    /// The last one failed.
    case failing(ErrorCode)
    /// There was no room for the last one.
    case refused(ErrorCode)
    /// The server is going away.
    case draining
  }

  /// What HELLO_ACK and INFO say.
  var state: ServerState {
    switch self {
    case .ready: .ready
    case .notReady(.draining): .draining
    case .notReady: .starting
    }
  }

  /// INFO's `reason`; section 18 of the specification lists the numbers.
  var number: UInt8 {
    switch self {
    case .ready: 0
    case .notReady(.starting): 1
    case .notReady(.late): 2
    case .notReady(.failing): 3
    case .notReady(.refused): 4
    case .notReady(.draining): 5
    }
  }
}

extension Readiness: CustomStringConvertible {
  /// One line for people.
  var description: String {
    switch self {
    case .ready: "ready"
    case .notReady(.starting): "not ready: models are loading, or no canary inference of one has succeeded yet"
    case .notReady(.late): "not ready: the canary inference does not come back; a computation may hang"
    case .notReady(.failing(let code)): "not ready: the canary inference fails with \(code)"
    case .notReady(.refused(let code)): "not ready: there is no room for the canary inference (\(code))"
    case .notReady(.draining): "not ready: draining"
    }
  }
}
