/// Text as JSON has it.
enum JSONText {
  private static let longest = 4096

  /// Quotes a string in printable ASCII; one of more than 4,096 characters is cut, and ends with `…`.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    var quoted = "\""
    for scalar in scalars.prefix(longest) { append(scalar, to: &quoted) }
    if scalars.dropFirst(longest).first != nil { append("…", to: &quoted) }
    return quoted + "\""
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case " "..."~": text.unicodeScalars.append(scalar)
    // Beyond the basic plane, JSON writes both surrogates.
    default: for unit in String(scalar).utf16 { text += escape(unit) }
    }
  }

  private static func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
