internal import Synchronization
internal import TesseraProtocol

/// One request of a caller, from its submission to its one outcome.
final class Exchange: Sendable {
  let request: EncodedRequest
  /// When the caller wants to wait no longer; nil leaves it to the server's limit.
  let deadline: ContinuousClock.Instant?
  private let cancelled = Atomic(false)

  init(_ request: EncodedRequest, deadline: ContinuousClock.Instant?) {
    self.request = request
    self.deadline = deadline
  }

  /// Whether the caller gave up, perhaps before the event loop heard of the request.
  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() { cancelled.store(true, ordering: .releasing) }
}
