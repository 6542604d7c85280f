/// What all checks found on one server.
public struct ConformanceReport: Hashable, Sendable, Encodable {
  /// Where it listens.
  public let server: String
  /// What it calls itself in HELLO_ACK.
  public let agent: String
  /// The model that was asked, or nil where it names none.
  public let model: String?
  /// In the order of the specification's sections.
  public let findings: [Finding]

  /// How many checks passed.
  public var passed: Int { findings.count { $0.verdict == .passed } }
  /// How many checks failed.
  public var failed: Int { findings.count { if case .failed = $0.verdict { true } else { false } } }
  /// How many checks say nothing about this server.
  public var skipped: Int { findings.count - passed - failed }

  private enum Key: String, CodingKey {
    case server, agent, model, passed, failed, skipped, findings
  }

  /// Writes counts and findings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(server, forKey: .server)
    try container.encode(agent, forKey: .agent)
    try container.encode(model, forKey: .model)
    try container.encode(passed, forKey: .passed)
    try container.encode(failed, forKey: .failed)
    try container.encode(skipped, forKey: .skipped)
    try container.encode(findings, forKey: .findings)
  }
}

extension ConformanceReport {
  /// The findings line by line under their sections, then a summary.
  public var lines: [String] {
    var lines: [String] = []
    var section = ""
    for finding in findings {
      if finding.section != section {
        section = finding.section
        if !lines.isEmpty { lines.append("") }
        lines.append(section)
      }
      lines.append("  \(finding)")
    }
    let name = agent.isEmpty ? "a server without a name" : agent
    return lines + [
      "", "\(server) (\(name)): \(passed) passed, \(failed) failed, \(skipped) skipped",
    ]
  }
}
