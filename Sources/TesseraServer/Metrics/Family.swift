/// All series of one metric.
struct Family {
  /// What the numbers of a metric mean.
  enum Kind: String {
    case counter
    case gauge
    case histogram

    /// What stands behind the metric's name in its lines.
    var suffixes: [String] { self == .histogram ? ["", "_bucket", "_sum", "_count"] : [""] }
  }

  let name: String
  let kind: Kind
  let description: MetricDescription?
  /// By the text of their labels, without braces.
  var series: [String: any Series] = [:]

  /// Writes the metric with all its series.
  func write(into text: inout String) {
    if let description { text += "# HELP \(name) \(ExpositionText.help(description.help))\n" }
    text += "# TYPE \(name) \(kind.rawValue)\n"
    for (labels, series) in series.sorted(by: { $0.key < $1.key }) {
      for sample in series.samples {
        let bound = sample.bound.map { "le=\"\(ExpositionText.number($0))\"" }
        let all = [labels, bound ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
        text += "\(name)\(sample.suffix)\(all.isEmpty ? "" : "{\(all)}") \(ExpositionText.number(sample.value))\n"
      }
    }
  }
}
