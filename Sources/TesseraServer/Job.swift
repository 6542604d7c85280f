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

/// A request that waits for the engine, and where its outcome goes.
struct Job: Sendable {
  let ticket: Ticket
  let request: CompleteRequest
  let deadline: ContinuousClock.Instant
  let enqueued: ContinuousClock.Instant
  /// Tells the connection; from any thread, and of no effect when the connection is gone.
  let deliver: @Sendable (Outcome) -> Void
  /// Gives this request up, and no other of its batch.
  let stopFlag = StopFlag()
}

extension Job {
  /// What the requests of one batch have in common.
  struct BatchKey: Hashable {
    let model: String
    let generation: UInt32
    let width: Int
    let height: Int
  }

  var batchKey: BatchKey {
    BatchKey(
      model: request.model.name, generation: request.model.generation, width: request.request.width,
      height: request.request.height)
  }
}
