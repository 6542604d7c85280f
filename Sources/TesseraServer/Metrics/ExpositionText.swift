/// How the exposition format writes numbers and text.
enum ExpositionText {
  private static let longestValue = 256

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    // Counts read better without a point.
    if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
    return value.description
  }

  static func help(_ text: String) -> String { escaped(text, quotes: false) }

  /// The labels of a series in the order of their names; of two with one name the first counts.
  static func labels(_ dimensions: [(String, String)]) -> String {
    var labels: [String: String] = [:]
    for (name, value) in dimensions {
      let name = MetricName.label(name)
      if labels[name] == nil { labels[name] = value }
    }
    return labels.sorted { $0.key < $1.key }.map { name, value in
      "\(name)=\"\(escaped(String(value.unicodeScalars.prefix(longestValue)), quotes: true))\""
    }.joined(separator: ",")
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
