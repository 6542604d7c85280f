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

/// A folder from which a script is run, whose programs come before the system's.
private final class Stage {
  private let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "tessera-scripts-\(UUID().uuidString)")
    folder = url.path
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Puts a program there.
  func add(_ name: String, _ script: String) throws {
    let url = URL(filePath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
  }

  /// Puts a Swift there that builds nothing, and says that products lie here.
  func addSwift() throws {
    try add("swift", "case $* in --version) echo 'Swift version 6.3 (x)';; *path*) echo '\(folder)';; esac")
  }

  /// Runs a script of the project to its end.
  func run(_ script: String, _ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = Project.root.appending(path: script)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = ["PATH": "\(folder):/usr/bin:/bin", "HOME": folder]
    process.standardInput = FileHandle.nullDevice
    // Files, since a pipe that nobody reads fills up and stops the writer.
    let streams = ["output", "errors"].map { path("\(UUID().uuidString)-\($0)") }
    let handles = try streams.map { stream in
      try Data().write(to: URL(filePath: stream))
      return try #require(FileHandle(forWritingAtPath: stream))
    }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
    for await _ in ended {}
    let texts = try streams.map { try String(contentsOfFile: $0, encoding: .utf8) }
    return (process.terminationStatus, texts[0], texts[1])
  }
}
