package import NIOCore

/// INFO, answered.
///
/// Answers come in the order of the questions.
///
///     u8 state    u8 reason    u16 n    u32 queued    u32 queue_limit
///     u32 ms since the last good canary inference
///     n models
///
/// Whether the models name their classes depends on the question, so ``WireMessage`` does not fit.
package struct InfoAnswer: Hashable, Sendable {
  package static let type = MessageType.infoAnswer

  package let state: ServerState
  /// Why the server is not ready, as the server counts reasons; 0 when it is.
  package let reason: UInt8
  package let queued: UInt32
  package let queueLimit: UInt32
  package let sinceCanary: Duration
  package let models: [ModelSummary]

  /// - Precondition: at most 4,096 models, which fit into a frame.
  package init(
    state: ServerState, reason: UInt8, queued: UInt32, queueLimit: UInt32, sinceCanary: Duration,
    models: [ModelSummary]
  ) {
    precondition(models.count <= 4096, "InfoAnswer: \(models.count) models")
    self.state = state
    self.reason = reason
    self.queued = queued
    self.queueLimit = queueLimit
    self.sinceCanary = sinceCanary
    self.models = models
  }

  /// Reads a payload to its last byte, or throws.
  ///
  /// - Parameter namesClasses: whether the question named a model.
  package static func decode(_ payload: ByteBuffer, namesClasses: Bool) throws(WireError) -> Self {
    var reader = WireReader(payload, of: type)
    let state = try reader.integer("state", as: UInt8.self)
    guard let state = ServerState(rawValue: state) else { throw reader.violation("state", "is \(state)") }
    let reason: UInt8 = try reader.integer("reason")
    let count: UInt16 = try reader.integer("n")
    let queued: UInt32 = try reader.integer("queued")
    let queueLimit: UInt32 = try reader.integer("queue_limit")
    let sinceCanary = try reader.milliseconds("canary age")
    var models: [ModelSummary] = []
    for _ in 0..<count { models.append(try ModelSummary(reading: &reader, namesClasses: namesClasses)) }
    try reader.finish()
    return Self(
      state: state, reason: reason, queued: queued, queueLimit: queueLimit, sinceCanary: sinceCanary, models: models)
  }

  package func encoded() -> ByteBuffer {
    var payload = ByteBuffer()
    payload.writeWire(state.rawValue)
    payload.writeWire(reason)
    payload.writeWire(UInt16(models.count))
    payload.writeWire(queued)
    payload.writeWire(queueLimit)
    payload.writeWire(sinceCanary.wireMilliseconds)
    for model in models { model.encode(into: &payload) }
    return payload
  }
}
