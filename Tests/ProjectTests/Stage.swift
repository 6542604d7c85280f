import Foundation
import Testing

/// A folder from which a script is run, whose programs come before the system's.
final class Stage {
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
    try await run(script, arguments: arguments)
  }

  /// Runs a script of the project to its end.
  func run(
    _ script: String, arguments: [String]
  ) async throws -> (status: Int32, output: String, errors: String) {
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
