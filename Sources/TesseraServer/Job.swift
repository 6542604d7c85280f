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
  /// Gives this request up, and no other of its batch.
  let stopFlag = StopFlag()

  /// What computes it.
  var service: any SegmentationService { generation.service }
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
