import Foundation
import Testing

/// The built executable, run as people run it.
struct Tool {
  /// How a run ended and what it wrote.
  struct Outcome {
    let status: Int32
    /// The signal that killed it, if one did.
    let signal: Int32?
    let output: String
    let errors: String

    /// The lines that tell an error.
    var errorLines: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") } }
    var outputLines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
  }

  /// Where the executable lies: beside the test program, which is built into the same folder.
  static let path: String? = {
    let programs: [String?] = [
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")), CommandLine.arguments.first,
      Bundle.main.bundlePath,
    ]
    let around = programs.compactMap(\.self).flatMap { program in
      let url = URL(filePath: program)
      return [url.deletingLastPathComponent(), url, url.deletingLastPathComponent().deletingLastPathComponent()]
    }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let built = ["debug", "release"].map { root.appending(path: ".build/\($0)") }
    return (around + built).map { $0.appending(path: "tessera").path() }.first {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
        && FileManager.default.isExecutableFile(atPath: $0)
    }
  }()

  /// Where commands keep what they measure: nothing of whoever runs the tests is read or changed.
  private static let caches = try? TemporaryFolder()

  /// Variables that the command or its libraries heed would make runs differ.
  private static let environment = ProcessInfo.processInfo.environment.filter { name, _ in
    !["TESSERA_", "OPENBLAS_", "OMP_", "GOMP_", "DNNL_", "ONEDNN_"].contains(where: name.hasPrefix)
  }.merging(caches.map { ["XDG_CACHE_HOME": $0.path] } ?? [:]) { _, new in new }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - arguments: what follows the command's name.
  ///   - variables: what the environment says besides.
  ///   - shell: a script that starts the command by `"$0" "$@"`, such as to limit it.
  static func run(
    _ arguments: [String], variables: [String: String] = [:], shell: String? = nil
  ) async throws -> Outcome {
    try await Run(arguments, variables: variables, shell: shell).finish()
  }

  /// A run under way.
  final class Run {
    private let process = Process()
    private let folder: TemporaryFolder
    private let handles: [FileHandle]
    private let ended: AsyncStream<Void>

    init(_ arguments: [String], variables: [String: String] = [:], shell: String? = nil) throws {
      let path = try #require(Tool.path, "the executable tessera is not beside the tests; build it first")
      let folder = try TemporaryFolder()
      self.folder = folder
      // Files, since a pipe that nobody reads fills up and stops the writer.
      handles = try ["output", "errors"].map { name in
        try Data().write(to: URL(filePath: folder.path(name)))
        return try #require(FileHandle(forWritingAtPath: folder.path(name)))
      }
      process.executableURL = URL(filePath: shell == nil ? path : "/bin/sh")
      process.arguments = (shell.map { ["-c", $0, path] } ?? []) + arguments
      process.environment = Tool.environment.merging(variables) { _, new in new }
      process.currentDirectoryURL = URL(filePath: folder.path)
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = handles[0]
      process.standardError = handles[1]
      let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
      self.ended = ended
      process.terminationHandler = { _ in continuation.finish() }
      try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var errorsSoFar: String { (try? String(contentsOfFile: folder.path("errors"), encoding: .utf8)) ?? "" }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Asks the command to end, as systems do.
    func terminate() { process.terminate() }

    func finish() async throws -> Outcome {
      // Waiting must not keep a thread of the pool from other tests.
      for await _ in ended {}
      for handle in handles { try handle.close() }
      return Outcome(
        status: process.terminationStatus,
        signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil,
        output: try String(contentsOfFile: folder.path("output"), encoding: .utf8),
        errors: errorsSoFar)
    }
  }
}

/// Expects a run to have failed as promised: one line that names the place and the fault, no crash.
func expectError(
  _ outcome: Tool.Outcome, status: Int32 = 1, naming parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.signal == nil, "\(outcome.errors)", sourceLocation: sourceLocation)
  #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
  #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(
      outcome.errorLines.first?.contains(part) == true, "\(part) is not in: \(outcome.errors)",
      sourceLocation: sourceLocation)
  }
}

/// Expects a run to have done what it was asked to.
func expectDone(_ outcome: Tool.Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(outcome.signal == nil && outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
}
