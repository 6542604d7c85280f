import Foundation

/// `tessera serve` as its users start it: a process of its own.
struct ServerProcess: Sendable {
  /// Its number.
  let process: Int32
  let address: ServerAddress

  /// Why no server came about.
  struct StartError: Error, CustomStringConvertible {
    let description: String
  }

  private static let patience: Duration = .seconds(60)

  /// Starts a server, lends it when it takes requests, and ends it.
  ///
  /// - Parameter arguments: those behind `serve`, without `--listen`.
  static func withServer<Value>(
    _ command: String, _ arguments: [String], log: String, _ body: (ServerProcess) async throws -> Value
  ) async throws -> Value {
    let process = Process()
    process.executableURL = URL(filePath: command)
    process.arguments = ["serve", "--listen", "127.0.0.1:0"] + arguments
    process.standardInput = FileHandle.nullDevice
    guard FileManager.default.createFile(atPath: log, contents: nil) else {
      throw StartError(description: "\(log): cannot be made; free some space")
    }
    process.standardError = FileHandle(forWritingAtPath: log)
    let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in continuation.finish() }
    do {
      try process.run()
    } catch {
      throw StartError(description: "\(command): cannot be started; build it, or name it by --tessera")
    }
    let outcome: Result<Value, any Error>
    do {
      let address = try await address(of: process, log: log)
      outcome = .success(try await body(ServerProcess(process: process.processIdentifier, address: address)))
    } catch {
      outcome = .failure(error)
    }
    process.terminate()
    for await _ in ended {}
    return try outcome.get()
  }

  private static func address(of process: Process, log: String) async throws -> ServerAddress {
    let end = ContinuousClock.now + patience
    while process.isRunning, ContinuousClock.now < end {
      let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
      if let address = address(in: text) { return address }
      try await Task.sleep(for: .milliseconds(20))
    }
    let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    throw StartError(description: "the server did not come to listen: \(text.suffix(400))")
  }

  /// The address that a log names; nil while it names none.
  static func address(in log: String) -> ServerAddress? {
    let start = "listening on "
    // The last line may still be written.
    let lines = log.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.last { $0.hasPrefix(start) }.flatMap { ServerAddress(String($0.dropFirst(start.count))) }
  }
}
