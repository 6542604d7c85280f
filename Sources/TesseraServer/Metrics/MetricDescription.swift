/// What a registry should tell of a metric besides its numbers.
struct MetricDescription: Hashable, Sendable {
  /// The metric's name, as its counter, gauge, timer or recorder is labelled.
  let name: String
  /// One sentence for people.
  let help: String
  /// Upper bounds of a histogram's buckets, ascending, without the last one that holds everything; in seconds for a
  /// timer.
  let buckets: [Double]

  /// Bounds in seconds from a millisecond to a minute.
  static let seconds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  /// Describes a metric.
  ///
  /// - Precondition: `buckets` are finite and ascend strictly.
  init(_ name: String, _ help: String, buckets: [Double] = Self.seconds) {
    precondition(
      buckets.allSatisfy(\.isFinite) && zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 },
      "MetricDescription: the buckets of \(name) do not ascend: \(buckets)")
    self.name = name
    self.help = help
    self.buckets = buckets
  }
}
