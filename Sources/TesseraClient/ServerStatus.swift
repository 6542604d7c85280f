public import TesseraProtocol

/// How a server is, and what it serves.
public struct ServerStatus: Hashable, Sendable {
  /// Whether it takes requests: of the model that was named, if one was.
  public let state: ServerState
  /// Why not.
  public let reason: StatusReason
  /// Requests that are admitted and not computed.
  public let queued: Int
  /// Most of them.
  public let queueLimit: Int
  /// Time since the server last saw its model work.
  public let sinceSuccess: Duration
  /// All models without their classes, or the one that was named with them; none where the name is unknown.
  public let models: [ModelSummary]

  init(_ answer: InfoAnswer) {
    state = answer.state
    reason = StatusReason(rawValue: answer.reason)
    queued = Int(answer.queued)
    queueLimit = Int(answer.queueLimit)
    sinceSuccess = answer.sinceCanary
    models = answer.models
  }
}
