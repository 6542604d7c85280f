/// What is wrong with a data set, finding by finding.
public struct ValidationReport: Hashable, Sendable, Codable {
  /// What was found, split by split, files in order.
  public let findings: [Finding]
  /// Label maps that were read.
  public let mapCount: Int

  /// Whether a finding makes the data set unfit.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }
  /// Whether something could not be checked.
  public var hasUnchecked: Bool { findings.contains { $0.severity == .unchecked } }

  /// How much a finding matters.
  public enum Severity: String, Hashable, Sendable, Codable {
    /// The file cannot be used as it is.
    case error
    /// Worth a look.
    case warning
    /// The file could not be read, so nothing is known about it.
    case unchecked
  }

  /// A pixel: column and row from 0 at the top left.
  public struct Place: Hashable, Sendable, Codable {
    /// Column.
    public let x: Int
    /// Row.
    public let y: Int

    /// Names a pixel.
    public init(x: Int, y: Int) {
      self.x = x
      self.y = y
    }
  }

  /// One broken rule in one file.
  public struct Finding: Hashable, Sendable, Codable {
    /// How much it matters.
    public let severity: Severity
    /// A stable name of the rule, such as `unknown-ids`.
    public let rule: String
    /// The split, nil where it concerns several or none.
    public let split: Split?
    /// The file, or the root folder where it concerns no single file.
    public let file: String
    /// The first pixel concerned.
    public let place: Place?
    /// How many pixels, or files, are concerned.
    public let count: Int?
    /// What is wrong.
    public let cause: String
    /// What to do about it.
    public let remedy: String
  }
}

extension ValidationReport: CustomStringConvertible {
  /// A line for each finding and one that counts them.
  public var description: String { (findings.map(\.description) + [summary]).joined(separator: "\n") }

  /// How many maps were read and how many findings there are, in one line.
  public var summary: String {
    let counts = [Severity.error, .warning, .unchecked].map { severity in
      (severity, findings.count { $0.severity == severity })
    }
    let found = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    return "\(mapCount) label maps checked: \(found.isEmpty ? "nothing found" : found)"
  }
}

extension ValidationReport.Finding: CustomStringConvertible {
  /// File, severity, rule, cause and remedy in one line.
  public var description: String {
    let position = place.map { ":(\($0.x), \($0.y))" } ?? ""
    return "\(file)\(position): \(severity.rawValue): \(rule): \(cause) \(remedy)"
  }
}
