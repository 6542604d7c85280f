import Foundation
import Testing

/// The threat model names files and tests that exist.
@Suite struct ThreatsTests {
  private let page: String
  private let folder = Project.root.appending(path: "Protocol", directoryHint: .isDirectory)

  init() throws { page = try String(contentsOf: folder.appending(path: "THREATS.md"), encoding: .utf8) }

  /// What is wrong with the links of a text that lies in `Protocol`.
  private func faults(_ text: String) throws -> [String] {
    try text.matches(of: /\[([^\]]+)\]\(([^)]+)\)/).compactMap { match in
      let (label, target) = (String(match.1), String(match.2))
      if target.hasPrefix("#") {
        let title = label.lowercased().replacing(" ", with: "-")
        return target == "#\(title)" && text.contains("\n## \(label)\n") ? nil : "\(target) is no section"
      }
      let file = folder.appending(path: target).standardizedFileURL
      guard FileManager.default.fileExists(atPath: file.path()) else { return "\(target) does not exist" }
      guard let test = label.wholeMatch(of: /`(\w+)(?:\.(\w+))?`/) else { return nil }
      let code = try String(contentsOf: file, encoding: .utf8)
      guard code.contains("struct \(test.1)") else { return "\(target) has no suite \(test.1)" }
      guard let name = test.2 else { return nil }
      return code.contains("func \(name)(") ? nil : "\(target) has no test \(name)"
    }
  }

  @Test func everyFileAndTestExists() throws {
    #expect(try faults(page) == [])
    #expect(page.matches(of: /\(\.\.\/Tests\//).count > 50)
  }

  @Test func whatIsMissingIsFound() throws {
    let file = "../Tests/ProjectTests/ThreatsTests.swift"
    #expect(try faults("[`ThreatsTests.everyFileAndTestExists`](\(file)) [`ThreatsTests`](\(file)) [a](SPEC.md)") == [])
    #expect(try faults("[a](NOTHING.md)") == ["NOTHING.md does not exist"])
    #expect(try faults("[`ThreatsTests.nothing`](\(file))") == ["\(file) has no test nothing"])
    #expect(try faults("[`Nothing.nothing`](\(file))") == ["\(file) has no suite Nothing"])
    #expect(try faults("[Here](#here)\n## There\n") == ["#here is no section"])
  }

  @Test func itIsLinkedFromWhereItIsLookedFor() throws {
    for (path, link) in [
      ("README.md", "Protocol/THREATS.md"), ("CONTRIBUTING.md", "Protocol/THREATS.md"),
      ("Protocol/SPEC.md", "THREATS.md"),
    ] {
      let text = try String(contentsOf: Project.root.appending(path: path), encoding: .utf8)
      #expect(text.contains("](\(link))"), "\(path)")
    }
  }
}
