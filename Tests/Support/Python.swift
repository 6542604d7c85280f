import Foundation

/// A Python that tests start.
public struct Python: Sendable {
  /// The program.
  public let path: String

  /// Finds the first that is recent enough and has every module: along the `PATH`, then the system's.
  public init?(version minor: Int = 9, having modules: String...) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/bin"]
    let test = "import \(modules.joined(separator: ", ")), sys; sys.exit(sys.version_info < (3, \(minor)))"
    let found = folders.map { "\($0)/python3" }.first { Self.succeeds($0, ["-c", test]) }
    guard let found else { return nil }
    path = found
  }

  private static func succeeds(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
