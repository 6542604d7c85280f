import Foundation

/// Standard output, which carries data only: what cannot be written is an error, not lost in silence.
enum StandardOutput {
  /// Writes a text and a line feed.
  static func line(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } catch {
      throw StandardOutputError()
    }
  }

  /// Writes a value as JSON, keys in order, so that equal values make equal bytes.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try line(String(decoding: encoder.encode(value), as: UTF8.self))
  }
}

/// Standard output took no more.
struct StandardOutputError: Error, CustomStringConvertible {
  let description = "standard output: cannot be written; free some space where it leads to"
}
