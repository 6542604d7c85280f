public import TesseraProtocol

/// How a server is, and what it serves.
public struct ServerStatus: Hashable, Sendable {
  /// Whether it takes requests.
  public let state: ServerState
  /// Why the server is not ready, in its own numbers; 0 where it is.
  public let reason: UInt8
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
    reason = answer.reason
    queued = Int(answer.queued)
    queueLimit = Int(answer.queueLimit)
    sinceSuccess = answer.sinceCanary
    models = answer.models
  }
}
