/// What one check found.
public enum Verdict: Hashable, Sendable {
  /// The server keeps the rule.
  case passed
  /// The server did something else.
  case failed(expected: String, came: String)
  /// The check says nothing about this server, and why.
  case skipped(String)
}

/// A check's place in the specification, and its verdict.
public struct Finding: Hashable, Sendable {
  /// The section of `Protocol/SPEC.md`, such as "8.2 Admission".
  public let section: String
  /// A name that no other check has.
  public let name: String
  /// The rule, in one sentence.
  public let rule: String
  /// Whether the server keeps the rule.
  public let verdict: Verdict
}

extension Finding: Encodable {
  private enum Key: String, CodingKey { case section, name, rule, verdict, expected, came, reason }

  /// Writes the verdict as `pass`, `fail` or `skip`, with what belongs to it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(section, forKey: .section)
    try container.encode(name, forKey: .name)
    try container.encode(rule, forKey: .rule)
    switch verdict {
    case .passed: try container.encode("pass", forKey: .verdict)
    case .failed(let expected, let came):
      try container.encode("fail", forKey: .verdict)
      try container.encode(expected, forKey: .expected)
      try container.encode(came, forKey: .came)
    case .skipped(let reason):
      try container.encode("skip", forKey: .verdict)
      try container.encode(reason, forKey: .reason)
    }
  }
}

extension Finding: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch verdict {
    case .passed: "pass  \(name): \(rule)"
    case .failed(let expected, let came):
      "FAIL  \(name): \(rule); expected \(expected), came \(came)"
    case .skipped(let reason): "skip  \(name): \(rule); \(reason)"
    }
  }
}
