import Foundation
import Testing

@testable import tessera_bench

/// Servers as processes, played by shell scripts.
struct ServerProcessTests {
  private func withScript(_ script: String, _ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = FileManager.default.createFile(
      atPath: "\(folder)/tessera", contents: Data("#!/bin/sh\n\(script)\n".utf8), attributes: [.posixPermissions: 0o755]
    )
    try await body(folder)
  }

  @Test func aServerIsLentAndEnded() async throws {
    let script = """
      echo "a warning" >&2; echo "$*" > "$0.arguments"
      trap 'echo ended > "$0.end"; exit 0' TERM
      echo "listening on 127.0.0.1:1234" >&2
      while :; do sleep 0.05; done
      """
    try await withScript(script) { folder in
      let address = try await ServerProcess.withServer(
        "\(folder)/tessera", ["--model", "x"], log: "\(folder)/log"
      ) { server in
        #expect(ProcessUsage(of: server.process) != nil)
        return server.address
      }
      #expect(address == .tsp(host: "127.0.0.1", port: 1234))
      let arguments = try String(contentsOfFile: "\(folder)/tessera.arguments", encoding: .utf8)
      #expect(arguments == "serve --listen 127.0.0.1:0 --model x\n")
      #expect(FileManager.default.fileExists(atPath: "\(folder)/tessera.end"))
    }
  }

  @Test func aServerThatDoesNotComeUpIsQuoted() async throws {
    try await withScript("echo 'Error: no such model' >&2; exit 1") { folder in
      let error = await #expect(throws: ServerProcess.StartError.self) {
        try await ServerProcess.withServer("\(folder)/tessera", [], log: "\(folder)/log") { _ in }
      }
      #expect(error?.description.contains("Error: no such model") == true)
      let missing = await #expect(throws: ServerProcess.StartError.self) {
        try await ServerProcess.withServer("\(folder)/none", [], log: "\(folder)/log") { _ in }
      }
      #expect(missing?.description.hasSuffix("none: cannot be started; build it, or name it by --tessera") == true)
    }
  }

  @Test func onlyAWholeLineNamesAnAddress() {
    #expect(ServerProcess.address(in: "listening on 127.0.0.1:74") == nil)
    #expect(ServerProcess.address(in: "x\nlistening on [::1]:7450\n") == .tsp(host: "::1", port: 7450))
    #expect(ServerProcess.address(in: "") == nil)
  }
}
