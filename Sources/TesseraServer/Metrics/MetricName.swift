/// Turns names from anywhere into names that the exposition format allows.
enum MetricName {
  /// The name of a metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
  static func metric(_ name: String) -> String { sanitized(name, allowingColons: true) }

  /// The name of a label: `[a-zA-Z_][a-zA-Z0-9_]*`, not `le`, which histograms need, nor `__…`, which is reserved.
  static func label(_ name: String) -> String {
    let name = sanitized(name, allowingColons: false)
    return name == "le" || name.hasPrefix("__") ? "exported_\(name)" : name
  }

  private static func sanitized(_ name: String, allowingColons: Bool) -> String {
    let scalars = name.unicodeScalars.prefix(200).map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
      case ":" where allowingColons: ":"
      default: "_"
      }
    }
    guard let first = scalars.first else { return "_" }
    return first.isNumber ? "_" + String(scalars) : String(scalars)
  }
}
