internal import TesseraProtocol

/// Names one admitted request in the whole server.
struct Ticket: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// What became of a request that the service had.
enum Outcome: Sendable {
  case result(EncodedResult)
  case failure(SegmentationError)
}

/// A request that waits for its model, and where its outcome goes.
struct Job: Sendable {
  let ticket: Ticket
  let request: CompleteRequest
  /// The generation of the model that the request was admitted to.
  let generation: ModelGeneration
  let deadline: ContinuousClock.Instant
  let enqueued: ContinuousClock.Instant
  /// Tells the connection; from any thread, and of no effect when the connection is gone.
  let deliver: @Sendable (Outcome) -> Void

  /// What computes it.
  var service: any SegmentationService { generation.service }
}
