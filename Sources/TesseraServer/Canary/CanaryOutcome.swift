internal import Metrics
internal import TesseraProtocol

/// What became of a canary inference.
enum CanaryOutcome: Hashable, Sendable {
  case success
  case failure(ErrorCode)
}

extension ServerMetrics {
  private static let success = "OK"
  /// The outcomes that are told apart, so that few models fill a registry: the log has every code.
  private static let canaryOutcomes =
    [success] + [ErrorCode.deadline, .internal, .nonfiniteOutput, .modelFault].map(\.description) + [other]

  /// Counts a canary inference of a model.
  func canary(of model: String, _ outcome: CanaryOutcome) {
    var label = Self.success
    if case .failure(let code) = outcome { label = code.description }
    if !Self.canaryOutcomes.contains(label) { label = Self.other }
    // All of a model's from its first, so that rates are right from the next on.
    for name in Self.canaryOutcomes {
      Counter(label: "tessera_canaries_total", dimensions: [("model", model), ("outcome", name)], factory: factory)
        .increment(by: name == label ? 1 : 0)
    }
  }
}
