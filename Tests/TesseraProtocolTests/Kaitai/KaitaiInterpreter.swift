import Foundation
import Testing

/// Runs the interpreter of Kaitai Struct descriptions that lies beside this file.
enum KaitaiInterpreter {
  typealias Outcome = (status: Int32, output: String, errors: String)

  static var canRun: Bool { python != nil }

  /// A Python that has both packages: Debian's, or the first on the path.
  private static let python: [String]? = [["/usr/bin/python3"], ["/usr/bin/env", "python3"]].first { command in
    let outcome = try? run(command + ["-c", "import kaitaistruct, yaml"])
    return outcome?.status == 0
  }

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "interpret_ksy.py")

  /// Reads the vectors of a folder by its description.
  static func read(_ folder: URL) throws -> Outcome {
    try run(try #require(python) + [script.path, folder.path])
  }

  private static func run(_ command: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
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
