import Foundation
import Testing

/// What the scripts say where something is missing, on a stage of stand-ins for the programs that they start.
struct ScriptTests {
  @Test func aSwiftThatDoesNotStartIsQuoted() async throws {
    let stage = try Stage()
    try stage.add("swift", "echo 'swift: cannot open shared object file: libxml2.so.2' >&2; exit 127")
    let outcome = try await stage.run("Tests/install")
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("swift: cannot open shared object file: libxml2.so.2\nSwift does not start: "))
    #expect(outcome.errors.contains("https://www.swift.org/install/linux/"))
  }

  @Test(arguments: [("Apple Swift version 5.10.1 (swift-5.10.1)", "5.10.1"), ("something", "of unknown version")])
  func anotherSwiftIsNamed(answer: String, version: String) async throws {
    let stage = try Stage()
    try stage.add("swift", "echo '\(answer)'")
    let outcome = try await stage.run("Tests/install")
    #expect(outcome.status == 69)
    #expect(outcome.errors.hasPrefix("Swift 6.3 or later is needed, this one is \(version): "))
  }

  @Test(arguments: [
    ("exit 1", ["libpng-dev", "libopenblas-dev", "libzstd-dev", "libdnnl-dev"]),
    ("case $* in *zstd*) echo 'deinstall ok config-files';; *) echo 'install ok installed';; esac", ["libzstd-dev"]),
  ])
  func missingPackagesAreNamed(query: String, missing: [String]) async throws {
    let stage = try Stage()
    try stage.addSwift()
    try stage.add("dpkg-query", query)
    try stage.add("id", "echo 1000")
    try stage.add("sudo", "exit 1")
    let outcome = try await stage.run("Tests/install")
    #expect(outcome.status == 69)
    #expect(outcome.errors.hasPrefix("Missing: \(missing.joined(separator: " ")). "))
  }

  @Test(arguments: ["echo 'install ok installed'", "printf 'install ok installedinstall ok installed'"])
  func nothingIsSaidWhereNothingIsMissing(query: String) async throws {
    let stage = try Stage()
    try stage.addSwift()
    try stage.add("dpkg-query", query)
    let outcome = try await stage.run("Tests/install")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
  }

  private static let tools = [
    "iproute2", "openssl", "python3", "python3-kaitaistruct", "python3-numpy", "python3-yaml", "python3-zstandard",
    "strace", "tshark",
  ]

  /// A stage where only the libraries are installed, whose `apt-get` notes how it is called.
  private func stageWithoutTools(apt: String, user: Int = 0) throws -> Stage {
    let stage = try Stage()
    try stage.addSwift()
    try stage.add("dpkg-query", "case $* in *lib*-dev) echo 'install ok installed';; *) exit 1;; esac")
    try stage.add("id", "echo \(user)")
    try stage.add("sudo", "exit 1")
    try stage.add("apt-get", "echo \"$DEBIAN_FRONTEND $*\" >> calls; \(apt)")
    return stage
  }

  @Test func toolsOfTestsAreInstalledWhereAskedFor() async throws {
    let stage = try stageWithoutTools(apt: "exit 0")
    let withoutTools = try await stage.run("Tests/install")
    #expect(withoutTools.status == 0 && withoutTools.errors.isEmpty)
    let outcome = try await stage.run("Tests/install", "--tools")
    #expect(outcome.status == 0 && !outcome.errors.contains("skipped"))
    let calls = try String(contentsOfFile: stage.path("calls"), encoding: .utf8)
    #expect(calls == " update\nnoninteractive install -y \(Self.tools.joined(separator: " "))\n")
  }

  @Test(arguments: [("exit 100", 0), ("exit 0", 1000)])
  func toolsThatStayMissingAreToldAndFailNothing(apt: String, user: Int) async throws {
    let outcome = try await stageWithoutTools(apt: apt, user: user).run("Tests/install", "--tools")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("Missing: \(Self.tools.joined(separator: " "))."))
    #expect(outcome.errors.hasSuffix("The tests go on: those of a missing tool are skipped.\n"))
  }

  @Test func aMissingLibraryFailsBesideMissingTools() async throws {
    let stage = try stageWithoutTools(apt: "exit 100")
    try stage.add("dpkg-query", "exit 1")
    let outcome = try await stage.run("Tests/install", "--tools")
    #expect(outcome.status == 69)
    #expect(outcome.errors.hasSuffix("Missing: libpng-dev libopenblas-dev libzstd-dev libdnnl-dev.\n"))
  }

  @Test(arguments: ["--tool", "--tools --tools"])
  func otherArgumentsOfInstallAreRefused(arguments: String) async throws {
    let outcome = try await Stage().run("Tests/install", arguments: arguments.split(separator: " ").map(String.init))
    #expect(outcome.status == 64 && outcome.errors == "Usage: Tests/install [--tools]\n")
  }

  @Test func theTestsAskForToolsAndTheQuickstartDoesNot() throws {
    func lines(_ script: String) throws -> [Substring] {
      try String(contentsOf: Project.root.appending(path: script), encoding: .utf8).split(separator: "\n")
    }
    #expect(try lines("Tests/run").contains("stage install Tests/install --tools"))
    #expect(try lines("Samples/quickstart").contains("Tests/install"))
  }

  @Test func theQuickstartKeepsWhatIsNotItsOwn() async throws {
    let stage = try Stage()
    try stage.add("swift", "exit 1")
    try stage.add("mine/photo", "")
    for folder in ["mine", "mine/photo", "./mine/../mine"] {
      let outcome = try await stage.run("Samples/quickstart", folder)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("/mine") && outcome.errors.contains("name another folder"))
      #expect(outcome.output.isEmpty)
      #expect(FileManager.default.fileExists(atPath: stage.path("mine/photo")))
    }
  }

  @Test(arguments: ["echo 'Error: no such model' >&2; exit 1", "echo 'Error: no such model' >&2; exec sleep 0.3"])
  func theQuickstartShowsWhyNothingListens(serve: String) async throws {
    let stage = try Stage()
    try stage.addSwift()
    try stage.add("dpkg-query", "echo 'install ok installed'")
    try stage.add("tessera", "case $1 in serve) \(serve);; esac")
    let outcome = try await stage.run("Samples/quickstart", "out folder")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("the server "))
    #expect(outcome.errors.contains(stage.path("out folder/server.log")))
    #expect(outcome.errors.hasSuffix("Error: no such model\n"))
  }
}
