/// What became of one request of a load; times are from the load's beginning.
struct LoadSample: Sendable {
  /// When it was to be sent.
  let intended: Duration
  /// When it was sent.
  let sent: Duration
  /// When its outcome was there.
  let ended: Duration
  let outcome: Result<LoadAnswerSummary, LoadRefusal>

  /// Time to the outcome, from when the request was to be sent: waiting to be sent counts, too.
  var latency: Duration { ended - intended }

  /// Whether it was answered.
  var isAnswer: Bool { if case .success = outcome { true } else { false } }
}

/// What is kept of an answer.
struct LoadAnswerSummary: Hashable, Sendable {
  /// Requests that were computed with it; nil where the server does not tell.
  let batchSize: Int?
}
