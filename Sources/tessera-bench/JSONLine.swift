/// One measurement as one line of JSON, its fields in the order in which they are given.
struct JSONLine: CustomStringConvertible {
  private var fields: [String] = []

  /// Begins a line that says whose measurement it is.
  init() { add("engine", "tessera") }

  mutating func add(_ name: String, _ text: String) {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 32: " "
      default: String(scalar)
      }
    }
    fields.append("\"\(name)\": \"\(escaped.joined())\"")
  }

  mutating func add(_ name: String, _ number: Int) { fields.append("\"\(name)\": \(number)") }

  mutating func add(_ name: String, _ truth: Bool) { fields.append("\"\(name)\": \(truth)") }

  /// Adds a number with three digits after the point; JSON has none for infinity.
  mutating func add(_ name: String, _ number: Double) {
    fields.append("\"\(name)\": \(number.isFinite ? "\((number * 1000).rounded() / 1000)" : "null")")
  }

  var description: String { "{\(fields.joined(separator: ", "))}" }
}
