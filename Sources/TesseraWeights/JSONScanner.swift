/// A strict scanner of the JSON that a safetensors header may hold.
///
/// General decoders keep one of two members with the same name and say nothing; here that is an error. There is no
/// recursion, so no depth of nesting can exhaust the stack: the caller asks for exactly what the format prescribes.
///
/// Source: RFC 8259.
struct JSONScanner {
  private let bytes: [UInt8]
  /// Bytes of the file before these, so that errors name the byte of the file.
  private let origin: Int
  private let file: String
  private var position = 0

  init(_ bytes: [UInt8], origin: Int, file: String) {
    self.bytes = bytes
    self.origin = origin
    self.file = file
  }

  /// Scans an object, handing over each name with the scanner before its value.
  mutating func object(
    _ member: (inout JSONScanner, String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{")
    if skip("}") { return }
    // Names that Unicode holds for the same in two spellings count as the same here, as everywhere in Swift.
    var names: Set<String> = []
    repeat {
      skipSpace()
      let start = position
      let name = try string()
      guard names.insert(name).inserted else { throw error(.duplicateKey(name), at: start) }
      try expect(":")
      try member(&self, name)
    } while skip(",")
    try expect("}", orElse: "',' or '}'")
  }

  /// Scans an array of natural numbers.
  mutating func naturals() throws(SafetensorsError) -> [Int] {
    try expect("[")
    var numbers: [Int] = []
    if skip("]") { return numbers }
    repeat { numbers.append(try natural()) } while skip(",")
    try expect("]", orElse: "',' or ']'")
    return numbers
  }

  /// Scans a string.
  mutating func string() throws(SafetensorsError) -> String {
    try expect("\"", orElse: "a string")
    let start = position
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: content, as: UTF8.self) else {
          throw error(.malformedHeader(expected: "text in UTF-8"), at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        content.append(contentsOf: String(try escapedScalar()).utf8)
      case 0..<0x20: throw error(.malformedHeader(expected: "no control character in a string"), at: position)
      default:
        content.append(byte)
        position += 1
      }
    }
    throw error(.malformedHeader(expected: "the end of the string"), at: position)
  }

  /// Makes sure that only space follows.
  mutating func end() throws(SafetensorsError) {
    skipSpace()
    guard position == bytes.count else { throw error(.malformedHeader(expected: "only spaces"), at: position) }
  }

  private mutating func natural() throws(SafetensorsError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position], (0x30...0x39).contains(digit) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, carry) = tens.addingReportingOverflow(Int(digit - 0x30))
      guard !overflow && !carry else {
        throw error(.malformedHeader(expected: "a number below 2^63"), at: start)
      }
      value = next
      position += 1
    }
    let isPlain = position == start + 1 || (position > start && bytes[start] != UInt8(ascii: "0"))
    let next = position < bytes.count ? bytes[position] : 0
    guard isPlain && !".eE".utf8.contains(next) else {
      throw error(.malformedHeader(expected: "a whole number, not negative"), at: start)
    }
    return value
  }

  private mutating func escapedScalar() throws(SafetensorsError) -> Unicode.Scalar {
    let start = position - 1
    guard position < bytes.count else {
      throw error(.malformedHeader(expected: "the rest of an escape"), at: position)
    }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw error(.malformedHeader(expected: "an escape that JSON knows"), at: start)
    }
    var code = try hexadecimalUnit()
    if (0xD800..<0xDC00).contains(code), bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      let low = try hexadecimalUnit()
      if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw error(.malformedHeader(expected: "both halves of a surrogate pair"), at: start)
    }
    return scalar
  }

  private mutating func hexadecimalUnit() throws(SafetensorsError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw error(.malformedHeader(expected: "four hexadecimal digits"), at: position)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func expect(_ character: Unicode.Scalar, orElse: String? = nil) throws(SafetensorsError) {
    guard skip(character) else {
      throw error(.malformedHeader(expected: orElse ?? "'\(character)'"), at: position)
    }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, " \t\n\r".utf8.contains(bytes[position]) { position += 1 }
  }

  private func error(_ cause: SafetensorsError.Cause, at position: Int) -> SafetensorsError {
    SafetensorsError(file: file, place: .header(byte: origin + position), cause: cause)
  }
}
