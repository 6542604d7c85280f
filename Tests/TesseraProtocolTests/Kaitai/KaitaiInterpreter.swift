import Foundation
import TestSupport
import Testing

/// Runs the interpreter of Kaitai Struct descriptions that lies beside this file.
enum KaitaiInterpreter {
  typealias Outcome = (status: Int32, output: String, errors: String)

  static var canRun: Bool { python != nil }

  private static let python = Python(version: 10, having: "kaitaistruct", "yaml")

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "interpret_ksy.py")

  /// Reads the vectors of a folder by its description.
  static func read(_ folder: URL) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: try #require(python).path)
    process.arguments = [script.path, folder.path]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: said, as: UTF8.self), String(decoding: complained, as: UTF8.self)
    )
  }
}
