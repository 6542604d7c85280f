import Foundation
import Testing

/// A script or a program of `Tests/Campaigns`, run as people run it.
enum Campaign {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Campaigns", directoryHint: .isDirectory)

  /// A program of the package, which lies beside the bundle of tests that runs.
  static func program(_ name: String) throws -> String {
    let folders = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent()].compactMap { $0 }
    let places = folders.flatMap { [$0, $0.deletingLastPathComponent()] }.map { $0.appending(path: name).path }
    return try #require(places.first { isProgram($0) }, "\(name) was not built")
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }

  /// Runs a script by its name, or a program by its path, to its end; nil where something is missing that it needs,
  /// which is told.
  static func run(_ script: String, _ arguments: [String]) async throws -> (status: Int32, text: String)? {
    let process = Process()
    process.executableURL = URL(filePath: script, relativeTo: scripts)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = FileManager.default.temporaryDirectory.appending(path: "tessera-campaign-\(UUID().uuidString)")
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try #require(FileHandle(forWritingAtPath: output.path))
    process.standardOutput = handle
    process.standardError = handle
    let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
    for await _ in ended {}
    let text = try String(contentsOf: output, encoding: .utf8)
    // 127 is what env says without a python3.
    guard ![69, 127].contains(process.terminationStatus) else {
      print("skipped: \(script): \(text.isEmpty ? "python3 is missing" : text)")
      return nil
    }
    return (process.terminationStatus, text)
  }
}
