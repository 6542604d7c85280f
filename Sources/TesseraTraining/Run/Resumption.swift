extension Checkpoint {
  /// Refuses to go on where the numbers would not be those of an unbroken run.
  ///
  /// - Throws: ``ResumptionError`` naming all that changed.
  func requireSame(
    _ configuration: TrainingConfiguration, _ data: DataFingerprint, threads: Int
  ) throws(ResumptionError) {
    let (before, now) = (header.configuration.options, configuration.options)
    var differences = now.keys.sorted().filter { before[$0] != now[$0] }.map { option in
      Self.difference(option, before[option] ?? "none", now[option] ?? "none")
    }
    if threads != header.threads {
      differences.append(Self.difference("threads", "\(header.threads)", "\(threads)"))
    }
    differences += data.differences(from: header.data).map { "the data set changed: \($0); restore it or start anew" }
    guard differences.isEmpty else { throw ResumptionError(differences: differences) }
  }

  private static func difference(_ option: String, _ before: String, _ now: String) -> String {
    "--\(option) was \(before), now \(now); give --\(option) \(before) or start anew"
  }
}

/// Why a run cannot be gone on with: what determines its numbers is not what it was.
public struct ResumptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What changed: what it was, what it is now and what to do, one line each.
  public let differences: [String]

  /// A line for each difference.
  public var description: String { differences.map { "--resume: \($0)" }.joined(separator: "\n") }
}
