import Testing

/// A place where the project breaks one of its rules, and what to do there.
struct Finding: Hashable, CustomStringConvertible {
  let path: String
  let line: Int
  let message: String
  let remedy: String

  var description: String { "\(path):\(line): \(message); \(remedy)" }
}

/// Fails the running test once for each finding.
func report(_ findings: [Finding]) {
  for finding in findings { Issue.record("\(finding)") }
}
