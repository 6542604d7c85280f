import Foundation
import Testing

/// The short form of `Tests/Campaigns/interrupted-writes`: a durable write meets a fault at every call that changes
/// files, and the old or the new file is there.
@Suite struct InterruptedWritesTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Campaigns/interrupted-writes")

  /// The program lies beside the bundle of tests that runs.
  private static var writer: URL? {
    let folders = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent()].compactMap { $0 }
    return folders.flatMap { [$0, $0.deletingLastPathComponent()] }.map { $0.appending(path: "durable-writer") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  @Test func theOldOrTheNewFileIsThere() async throws {
    let writer = try #require(Self.writer, "durable-writer was not built")
    let outcome = try await run(Self.script, ["--short", "--writer", writer.path])
    // 127 is what env says without a python3.
    guard let outcome, ![69, 127].contains(outcome.status) else {
      print("skipped: interrupted writes need python3, strace and the right to trace: apt-get install strace python3")
      return
    }
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains(" interrupted writes, 0 with an outcome that is not allowed"))
  }

  /// Runs a program to its end; nil where it does not start.
  private func run(_ program: URL, _ arguments: [String]) async throws -> (status: Int32, text: String)? {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let output = FileManager.default.temporaryDirectory.appending(path: "tessera-campaign-\(UUID().uuidString)")
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try #require(FileHandle(forWritingAtPath: output.path))
    process.standardOutput = handle
    process.standardError = handle
    let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in continuation.finish() }
    do { try process.run() } catch { return nil }
    for await _ in ended {}
    return (process.terminationStatus, try String(contentsOf: output, encoding: .utf8))
  }
}
