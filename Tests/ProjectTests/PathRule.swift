/// Text names no place of one machine: it would be wrong on every other.
enum PathRule {
  /// Spelled in parts, so that this file keeps the rule.
  static let prefixes = [["", "work", ""], ["", "root", ""], ["", "tmp", "helpers"]].map { $0.joined(separator: "/") }

  static func findings(in file: SourceText) -> [Finding] {
    prefixes.flatMap { prefix in
      file.occurrences(of: prefix, inComments: true).filter { start in
        // Within a longer path or an address the same letters are no root.
        start == 0 || !pathBytes.contains(file.text[start - 1])
      }.map { start in
        Finding(
          path: file.path, line: file.line(at: start), message: "the path \(prefix) exists on one machine only",
          remedy: "take the path as an argument, or relative to the project")
      }
    }
  }

  private static let pathBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~}".utf8)
}
