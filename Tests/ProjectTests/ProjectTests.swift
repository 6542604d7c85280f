import Testing

/// The project keeps its own rules, each of which `RuleTests` shows to be able to fail.
struct ProjectTests {
  @Test func targetsImportOnlyWhatTheTableAllows() throws {
    report(try Project.swiftFiles(in: "Sources").flatMap(ImportRule.findings))
  }

  @Test func everyTargetHasALineInTheTableAndEveryLineATarget() throws {
    let folders = try Project.folders(in: "Sources").filter { !$0.hasPrefix("C") }
    #expect(Set(folders) == Set(ImportRule.table.keys))
  }

  @Test func linesFilesAndFunctionsAreShort() throws {
    let files = try Project.sources()
    for name in ["Tests/run", "Sources/CTesseraPNG/include/CTesseraPNG.h", "Protocol/tessera.lua", "Package.swift"] {
      #expect(files.contains { $0.path == name }, "\(name) was not found")
    }
    report(files.flatMap(SizeRule.findings))
  }

  @Test func bannedCallsAreAbsent() throws {
    report(try Project.texts().flatMap { file in BannedCall.all.flatMap { $0.findings(in: file) } })
  }

  @Test func noPathOfOneMachineIsNamed() throws {
    report(try Project.texts().flatMap(PathRule.findings))
  }

  @Test func theTopLevelIsTheOneOfTheDesign() throws {
    report(LayoutRule.findings(names: try Project.topLevelNames()))
  }
}
