/// Blanks comments and the contents of string literals, keeping every other byte and every line break in its place.
///
/// Swift's regular expression literals are not known: the project has none.
struct CodeExtractor {
  private enum Mode {
    case code(parentheses: Int)
    case string(quotes: Int, hashes: Int)
  }

  private let text: [UInt8]
  private let isC: Bool
  private var code: [UInt8]
  private var position = 0
  private var modes: [Mode] = [.code(parentheses: 0)]

  static func code(of text: [UInt8], isC: Bool) -> [UInt8] {
    var extractor = CodeExtractor(text: text, isC: isC)
    while extractor.position < text.count { extractor.step() }
    return extractor.code
  }

  private init(text: [UInt8], isC: Bool) {
    self.text = text
    self.isC = isC
    code = text
  }

  private mutating func step() {
    switch modes[modes.count - 1] {
    case .code(let parentheses): stepInCode(parentheses)
    case .string(let quotes, let hashes): stepInString(quotes, hashes)
    }
  }

  private mutating func stepInCode(_ parentheses: Int) {
    if sees("//") {
      while position < text.count, text[position] != UInt8(ascii: "\n") { blank(1) }
    } else if sees("/*") {
      blankBlockComment()
    } else if isC && sees("'") {
      blankCharacter()
    } else if sees("#") || sees("\"") {
      var hashes = 0
      while sees("#", at: hashes) { hashes += 1 }
      guard sees("\"", at: hashes) else {
        position += hashes
        return
      }
      let quotes = sees("\"\"\"", at: hashes) ? 3 : 1
      modes.append(.string(quotes: quotes, hashes: hashes))
      position += hashes + quotes
    } else {
      if sees("(") { modes[modes.count - 1] = .code(parentheses: parentheses + 1) }
      if sees(")") {
        modes[modes.count - 1] = .code(parentheses: parentheses - 1)
        // The parenthesis that ends an interpolation leads back into its string.
        if parentheses == 1 && modes.count > 1 { modes.removeLast() }
      }
      position += 1
    }
  }

  private mutating func stepInString(_ quotes: Int, _ hashes: Int) {
    let escape = "\\" + String(repeating: "#", count: hashes)
    let end = String(repeating: "\"", count: quotes) + String(repeating: "#", count: hashes)
    if !isC && sees(escape + "(") {
      blank(escape.utf8.count)
      modes.append(.code(parentheses: 0))
    } else if sees(escape) {
      blank(escape.utf8.count + 1)
    } else if sees(end) {
      modes.removeLast()
      position += end.utf8.count
    } else if quotes == 1 && sees("\n") {
      // No literal in one pair of quotes goes over a line; going on would blank the rest of the file.
      modes.removeLast()
    } else {
      blank(1)
    }
  }

  private mutating func blankBlockComment() {
    var depth = 0
    repeat {
      if sees("/*") && (depth == 0 || !isC) {
        depth += 1
        blank(2)
      } else if sees("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && position < text.count
  }

  private mutating func blankCharacter() {
    position += 1
    while position < text.count, !sees("'"), !sees("\n") { blank(sees("\\") ? 2 : 1) }
    position += 1
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where position < text.count {
      if text[position] != UInt8(ascii: "\n") { code[position] = UInt8(ascii: " ") }
      position += 1
    }
  }

  private func sees(_ string: String, at distance: Int = 0) -> Bool {
    var index = position + distance
    for byte in string.utf8 {
      guard index < text.count, text[index] == byte else { return false }
      index += 1
    }
    return true
  }
}
