internal import Logging
internal import TesseraProtocol

extension ConnectionHandler {
  /// Counts and logs the end of a request, and gives back what it held.
  ///
  /// Images and tokens are never logged; a model's name is, escaped, since clients may send any.
  ///
  /// - Parameter request: nil where it was never admitted.
  func note(_ id: RequestID, _ request: AdmittedRequest?, model: String, _ outcome: RequestEnding.Outcome) {
    let time = request.map { $0.started.duration(to: .now) }
    if let request { release(request) }
    switch outcome {
    case .answered: shared.metrics.answered(after: time ?? .zero, receipt: request?.receipt)
    case .failed(let code): shared.metrics.failed(code, wasAdmitted: request != nil)
    case .lost: shared.metrics.lost()
    }
    guard logger.logLevel <= .debug else { return }
    var metadata: Logger.Metadata = [
      "request": "\(id)", "model": "\(EscapedText(model))", "outcome": "\(outcome)",
    ]
    if let time { metadata["total_ms"] = "\(time.milliseconds)" }
    if let receipt = request?.receipt {
      metadata["decode_ms"] = "\(receipt.decodeTime.milliseconds)"
      metadata["queue_ms"] = "\(receipt.queueTime.milliseconds)"
      metadata["compute_ms"] = "\(receipt.computeTime.milliseconds)"
      metadata["batch"] = "\(receipt.batchSize)"
    }
    logger.debug("request ended", metadata: metadata)
  }
}

extension Duration {
  /// In milliseconds, to a tenth.
  fileprivate var milliseconds: Double { (self / .milliseconds(1) * 10).rounded() / 10 }
}
