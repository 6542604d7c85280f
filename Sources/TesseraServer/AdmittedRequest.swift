internal import TesseraProtocol

/// What a connection's handler knows of a request that was admitted.
struct AdmittedRequest {
  enum Stage: Hashable {
    /// Its input is coming.
    case receiving
    /// The queue or the service has it.
    case submitted
    /// The service was told to stop, for this reason.
    case stopping(SegmentationError)
    /// Its answer is going out.
    case answering
  }

  let ticket: Ticket
  /// The model's name.
  let model: String
  /// The generation that will answer it; nil when the queue holds it.
  var generation: ModelGeneration?
  let deadline: ContinuousClock.Instant
  let started: ContinuousClock.Instant
  /// What its computation came to, where there was a result.
  var receipt: Receipt?
  var stage = Stage.receiving

  /// When the handler has to end it; nil where that is no longer its business.
  var timeout: ContinuousClock.Instant? {
    switch stage {
    case .receiving, .submitted: deadline
    case .stopping, .answering: nil
    }
  }
}
