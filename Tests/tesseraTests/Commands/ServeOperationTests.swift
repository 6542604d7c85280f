import Foundation
import FoundationNetworking
import Testing

extension CommandTests {
  /// What whoever operates a server sees of it.
  struct ServeOperationTests {
    /// The fields of each line of a log in JSON.
    private func events(_ errors: String) throws -> [[String: String]] {
      try errors.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
      }
    }

    @Test func aServerLogsJSONAndShowsItsMetrics() async throws {
      let workspace = try await Workspace(trained: true)
      let run = try Tool.Run([
        "serve", "--model", workspace.path("run"), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0",
        "--log-format", "json", "--log-level", "debug", "--threads", "1",
      ])
      let end = ContinuousClock.now + .seconds(60)
      while run.isRunning, !run.errorsSoFar.contains("\"message\":\"ready\""), .now < end {
        try await Task.sleep(for: .milliseconds(50))
      }
      let started = try events(run.errorsSoFar)
      let address = try #require(started.first { $0["message"] == "listening" }?["address"])
      let admin = try #require(started.first { $0["message"] == "probes and metrics" }?["address"])
      let image = workspace.path("scenes/images/val/\(workspace.folder.names(in: "scenes/images/val")[0])")
      expectDone(
        try await Tool.run(["request", "--server", address, image, "--out", workspace.path("maps")]))
      let page = try await URLSession.shared.data(from: try #require(URL(string: "http://\(admin)/metrics")))
      let metrics = String(decoding: page.0, as: UTF8.self)
      #expect(metrics.contains("\ntessera_requests_total{outcome=\"OK\"} 1\n"), "\(metrics)")
      #expect(metrics.contains("\ntessera_ready 1\n"))
      run.terminate()
      let outcome = try await run.finish()
      expectDone(outcome)
      let all = try events(outcome.errors)
      #expect(all.contains { $0["message"] == "request ended" && $0["outcome"] == "OK" && $0["level"] == "debug" })
      #expect(all.contains { $0["message"] == "drained" })
    }

    @Test func whyAServerDoesNotStartIsLoggedInTheChosenForm() async throws {
      let taken = try TakenPort()
      let arguments = ["serve", "--model", "missing", "--listen", "127.0.0.1:\(taken.number)"]
      expectError(try await Tool.run(arguments), naming: "\(taken.number)")
      let outcome = try await Tool.run(arguments + ["--log-format", "json", "--log-level", "error"])
      #expect(outcome.status == 1)
      let told = try events(outcome.errors)
      #expect(told.count == 1 && told.first?["level"] == "error")
      #expect(told.first?["message"]?.contains("127.0.0.1:\(taken.number)") == true)
      let missing = try await Tool.run([
        "serve", "--model", "missing", "--listen", "127.0.0.1:0", "--log-format", "json",
      ])
      #expect(missing.status == 1)
      let last = try #require(try events(missing.errors).last)
      #expect(last["level"] == "error" && last["message"]?.contains("missing") == true)
    }

    @Test func aSocketThatWasNotPassedIsToldBeforeTheModelIsLoaded() async throws {
      let arguments = ["serve", "--model", "missing", "--listen", "systemd"]
      expectError(try await Tool.run(arguments), naming: "LISTEN_PID")
      let passed = try await Tool.run(
        arguments, variables: ["LISTEN_FDS": "1"], shell: "LISTEN_PID=$$ exec \"$0\" \"$@\" 3<&-")
      expectError(passed, naming: "descriptor 3")
      let strange = try await Tool.run(
        ["serve", "--model", "missing"], variables: ["NOTIFY_SOCKET": "notify"])
      expectError(strange, naming: "NOTIFY_SOCKET")
    }
  }
}

/// A port of this machine on which somebody else listens.
private struct TakenPort: ~Copyable {
  let number: UInt16
  private let descriptor: Int32

  init() throws {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    descriptor = socket
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(socket, pointer, length) == 0 && listen(socket, 1) == 0 ? getsockname(socket, pointer, &length) : -1
      }
    }
    number = UInt16(bigEndian: address.sin_port)
    try #require(status == 0)
  }

  deinit { close(descriptor) }
}
