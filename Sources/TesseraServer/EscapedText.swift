/// Text of unknown origin, fit for one line of a log: what is not printable ASCII is escaped, what is long is cut.
struct EscapedText: CustomStringConvertible {
  let description: String

  private static let longest = 256

  init(_ text: String) {
    var escaped = ""
    for scalar in text.unicodeScalars.prefix(Self.longest) {
      if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7f, scalar != "\\" {
        escaped.unicodeScalars.append(scalar)
      } else {
        escaped += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    description = escaped
  }
}
