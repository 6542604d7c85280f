import Foundation
import Testing

/// Runs `tessera serve` on a free port while `body` has the address, and drains it.
func withServing(
  _ arguments: [String], _ body: (_ server: Tool.Run, _ address: String) async throws -> Void
) async throws -> Tool.Outcome {
  let server = try Tool.Run(["serve", "--listen", "127.0.0.1:0", "--threads", "1"] + arguments)
  do {
    let line = try await server.line(with: "listening on ")
    try await body(server, String(line.dropFirst("listening on ".count)))
  } catch {
    server.terminate()
    _ = try await server.finish()
    throw error
  }
  server.terminate()
  return try await server.finish()
}

extension Tool.Run {
  /// Waits for a line of standard error.
  ///
  /// - Parameter count: how many such lines are waited for; the last of them is returned.
  func line(
    with part: String, count: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Substring {
    let end = ContinuousClock.now + .seconds(60)
    while isRunning, ContinuousClock.now < end {
      // What has no end yet may not be all of the line.
      let lines = errorsSoFar.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      let found = lines.filter { $0.contains(part) }
      if found.count >= count { return found[found.startIndex + count - 1] }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try #require(nil as Substring?, "no \(part) in: \(errorsSoFar)", sourceLocation: sourceLocation)
  }
}
