/// A file as written and, byte for byte in the same places, its code alone.
struct SourceText {
  /// Relative to the root of the project.
  let path: String
  let text: [UInt8]
  /// The text with spaces in place of comments and of what string literals say; interpolations stay.
  let code: [UInt8]
  private let lineStarts: [Int]

  init(path: String, text: String) {
    self.path = path
    self.text = Array(text.utf8)
    code = CodeExtractor.code(of: self.text, isC: path.hasSuffix(".c") || path.hasSuffix(".h"))
    lineStarts =
      [0]
      + self.text.indices.filter { [newline = UInt8(ascii: "\n"), text = self.text] in text[$0] == newline }.map {
        $0 + 1
      }
  }

  /// The lines as written.
  var lines: [Substring] {
    String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The lines of code.
  var codeLines: [Substring] {
    String(decoding: code, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The number, from 1, of the line that holds this byte.
  func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Where a string occurs, in the code or in the text as written.
  func occurrences(of needle: String, inComments: Bool = false) -> [Int] {
    let needle = Array(needle.utf8)
    let bytes = inComments ? text : code
    guard bytes.count >= needle.count else { return [] }
    return bytes.withUnsafeBufferPointer { bytes in
      (0...bytes.count - needle.count).filter { start in
        bytes[start] == needle[0] && bytes[start..<start + needle.count].elementsEqual(needle)
      }
    }
  }
}
