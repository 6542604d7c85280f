internal import TesseraProtocol

/// Whether the server, or one of its models, can serve, and why not.
enum Readiness: Hashable, Sendable {
  case ready
  /// For this reason, and because of that model where one is to blame.
  case notReady(Reason, model: String? = nil)

  enum Reason: Hashable, Sendable {
    /// Models are loading, or no inference of one has succeeded yet.
    case starting
    /// Nothing comes back.
    case late
    /// The last canary failed.
    case failing(ErrorCode)
    /// The server is going away.
    case draining
  }

  /// What HELLO_ACK and INFO say.
  var state: ServerState {
    switch self {
    case .ready: .ready
    case .notReady(.draining, _): .draining
    case .notReady: .starting
    }
  }

  /// INFO's `reason`.
  var number: StatusReason {
    switch self {
    case .ready: .none
    case .notReady(.starting, _): .starting
    case .notReady(.late, _): .late
    case .notReady(.failing, _): .failing
    case .notReady(.draining, _): .draining
    }
  }
}

extension Readiness: CustomStringConvertible {
  /// One line for people.
  var description: String {
    guard case .notReady(let reason, let model) = self else { return "ready" }
    let canary = "canary inference\(model.map { " of \($0)" } ?? "")"
    return switch reason {
    case .starting where model == nil: "not ready: models are loading"
    case .starting: "not ready: no \(canary) has succeeded yet"
    case .late: "not ready: the \(canary) does not come back; a computation may hang"
    case .failing(let code): "not ready: the \(canary) fails with \(code)"
    case .draining: "not ready: draining"
    }
  }
}
