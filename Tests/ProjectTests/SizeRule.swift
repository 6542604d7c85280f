/// How long lines of any language may be, and files and functions of Swift.
enum SizeRule {
  static let columns = 120
  static let fileLines = 400
  static let functionLines = 80

  static func findings(in file: SourceText) -> [Finding] {
    lineFindings(file) + (file.path.hasSuffix(".swift") ? fileFindings(file) + functionFindings(file) : [])
  }

  private static func lineFindings(_ file: SourceText) -> [Finding] {
    zip(1..., file.lines).filter { $1.utf8.count > columns && $1.count > columns }.map { number, line in
      Finding(
        path: file.path, line: number, message: "\(line.count) columns, at most \(columns)", remedy: "break the line")
    }
  }

  private static func fileFindings(_ file: SourceText) -> [Finding] {
    let count = file.lines.count - (file.lines.last?.isEmpty == true ? 1 : 0)
    guard count > fileLines else { return [] }
    return [
      Finding(
        path: file.path, line: count, message: "\(count) lines, at most \(fileLines)",
        remedy: "move one capability to Type+Capability.swift")
    ]
  }

  private static func functionFindings(_ file: SourceText) -> [Finding] {
    functions(in: file).filter { $0.count > functionLines }.map { lines in
      Finding(
        path: file.path, line: lines.lowerBound,
        message: "a function of \(lines.count) lines, at most \(functionLines)",
        remedy: "name its parts as functions of their own")
    }
  }

  /// The lines of each function with a body, from its keyword to its closing brace.
  static func functions(in file: SourceText) -> [ClosedRange<Int>] {
    ["func ", "init(", "init?(", "init<", "deinit ", "subscript("].flatMap { keyword in
      file.occurrences(of: keyword).compactMap { start in
        // A call such as `self.init(` or a longer word is no declaration.
        guard start == 0 || isSpace(file.code[start - 1]) else { return nil }
        return end(ofFunctionAt: start + keyword.utf8.count - 1, in: file.code).map { end in
          file.line(at: start)...file.line(at: end)
        }
      }
    }
  }

  /// Where the closing brace stands, nil for a requirement without a body.
  private static func end(ofFunctionAt start: Int, in code: [UInt8]) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in start..<code.count {
      switch code[index] {
      case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
      case UInt8(ascii: "{"): braces += 1
      case UInt8(ascii: "}"):
        braces -= 1
        if braces == 0 && parentheses == 0 { return index }
        if braces < 0 { return nil }
      case UInt8(ascii: "\n"):
        if braces == 0 && parentheses == 0 && !continuesSignature(code[index...]) { return nil }
      default: break
      }
    }
    return nil
  }

  private static func continuesSignature(_ code: ArraySlice<UInt8>) -> Bool {
    let next = code.drop(while: isSpace)
    return ["{", "->", "where ", "throws", "async", "rethrows"].contains { next.starts(with: $0.utf8) }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") }
}
