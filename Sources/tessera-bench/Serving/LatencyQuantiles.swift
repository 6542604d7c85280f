/// Latencies of a run, every one of them, so that their quantiles are exact.
struct LatencyQuantiles: Sendable {
  private let sorted: [Duration]

  init(_ latencies: some Sequence<Duration>) { sorted = latencies.sorted() }

  var count: Int { sorted.count }

  /// The least latency that so many of a thousand do not exceed (nearest rank); nil without any.
  ///
  /// - Precondition: `permille` lies in 1...1000.
  func quantile(permille: Int) -> Duration? {
    precondition((1...1000).contains(permille), "LatencyQuantiles: \(permille) of a thousand")
    guard !sorted.isEmpty else { return nil }
    return sorted[(sorted.count * permille + 999) / 1000 - 1]
  }
}

extension JSONLine {
  /// Adds the median, the tails and the largest in milliseconds; null without any.
  mutating func add(_ name: String, _ quantiles: LatencyQuantiles) {
    for (suffix, permille) in [("p50", 500), ("p99", 990), ("p999", 999), ("max", 1000)] {
      add("\(name)\(suffix)_ms", quantiles.quantile(permille: permille).map { $0 / .milliseconds(1) } ?? .nan)
    }
  }
}
