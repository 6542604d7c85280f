internal import TesseraProtocol

/// How the server stands at one moment: told to everybody, and what OPEN is judged by.
struct Standing: Hashable, Sendable {
  /// Whether the server can serve: it does not drain, and every model works.
  let readiness: Readiness
  /// Which requests are taken, be it drained or not.
  let intake: Intake
  /// What the models lack that are not ready, by name.
  var lacks: [String: Readiness.Reason] = [:]

  /// Models are loading.
  static let loading = Self(readiness: .notReady(.starting), intake: .nothing)

  /// The same of one model; "" is all of them.
  func readiness(of model: String) -> Readiness {
    guard !model.isEmpty, intake != .nothing, readiness.state != .draining else { return readiness }
    return lacks[model].map { .notReady($0, model: model) } ?? .ready
  }
}

extension Standing {
  /// The same of a server that goes away: what it takes does not change by that.
  var draining: Self { Self(readiness: .notReady(.draining), intake: intake, lacks: lacks) }
}
