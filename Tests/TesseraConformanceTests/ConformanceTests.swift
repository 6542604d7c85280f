import Logging
import TesseraConformance
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct ConformanceTests {
  /// Judges our own server, over TCP as anybody would.
  private func judge(
    _ configure: (inout Server.Configuration) -> Void = { _ in }, patience: Duration,
    selection: (@Sendable (String) -> Bool)? = nil
  ) async throws -> ConformanceReport {
    var configuration = Server.Configuration()
    configuration.port = 0
    configuration.drain.lateRequests = .zero
    configuration.drain.farewell = .milliseconds(200)
    configure(&configuration)
    let logger = Logger(label: "tessera.tests", factory: { _ in SwiftLogNoOpLogHandler() })
    let server = Server(configuration, service: ToyService(), logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      let address = try await server.ready()
      var conformance = Conformance(host: address.host, port: address.port)
      conformance.patience = patience
      conformance.selection = selection
      let report = try await conformance.run()
      server.beginDrain()
      try await group.waitForAll()
      return report
    }
  }

  @Test func ourServerKeepsEveryRule() async throws {
    let report = try await judge(patience: .seconds(7))
    for finding in report.findings {
      if case .failed = finding.verdict { Issue.record("\(finding)") }
    }
    #expect(report.passed > 190)
    let skipped = Set(
      report.findings.filter { if case .skipped = $0.verdict { true } else { false } }.map(\.name))
    let needsToken: Set = [
      "auth-empty", "auth-cut", "auth-trailing-byte", "auth-method-0", "auth-method-2",
      "auth-wrong-token",
      "auth-no-token", "open-before-auth", "info-before-auth", "ping-before-auth", "auth-twice",
      "auth-3-s",
    ]
    let others = skipped.subtracting(needsToken).filter { !$0.hasPrefix("tls-") && !$0.hasPrefix("proxy-") }
    #expect(others == ["frame-ms", "input-frame-ms", "idle-ms"])
    #expect(report.model == "toy" && report.agent == "tessera")
  }

  @Test func ourServerKeepsItsTimes() async throws {
    let names: Set = ["frame-ms", "input-frame-ms", "idle-ms", "server-error-scope"]
    let report = try await judge(
      {
        $0.limits.frame = .milliseconds(300)
        $0.limits.idle = .milliseconds(600)
      }, patience: .seconds(4), selection: { names.contains($0) })
    #expect(report.passed == names.count, "\(report.lines)")
  }

  @Test func aTokenIsShown() async throws {
    let server = BreakableServer(
      breakage: Breakage(name: "none", failing: []), token: Array("secret".utf8))
    let report = try await server.run { port in
      var conformance = Conformance(host: "127.0.0.1", port: port, token: Array("secret".utf8))
      conformance.patience = .seconds(4)
      conformance.selection = { $0.contains("auth") || $0.hasPrefix("result") || $0.hasPrefix("server-") }
      return try await conformance.run()
    }
    #expect(report.failed == 0, "\(report.lines)")
    let auth = report.findings.filter { $0.section.hasPrefix("6.3") }
    #expect(auth.count { $0.verdict == .passed } == auth.count - 1)
    #expect(report.findings.contains { $0.name == "auth-3-s" && $0.verdict == .passed })
  }

  @Test func withoutATokenWhatNeedsOneIsSkipped() async throws {
    let server = BreakableServer(
      breakage: Breakage(name: "none", failing: []), token: Array("secret".utf8))
    let report = try await server.run { port in
      var conformance = Conformance(host: "127.0.0.1", port: port)
      conformance.selection = { !["handshake-5-s", "auth-3-s", "split-everywhere"].contains($0) }
      return try await conformance.run()
    }
    #expect(report.failed == 0 && report.passed > 50 && report.skipped > 80)
    #expect(report.findings.contains { $0.name == "id-gaps" && $0.verdict != .passed })
  }

  /// Each broken rule is found by exactly the checks that are about it.
  @Test func brokenServersAreFound() async throws {
    let found = try await withThrowingTaskGroup(
      of: (String, Set<String>).self, returning: [String: Set<String>].self
    ) { group in
      for (number, breakage) in Breakage.all.enumerated() {
        group.addTask {
          try await BreakableServer(breakage: breakage).run { port in
            var conformance = Conformance(host: "127.0.0.1", port: port)
            conformance.patience = .seconds(2)
            conformance.selection = { breakage.failing.contains($0) || Self.isSampled($0, number) }
            let report = try await conformance.run()
            let failed = report.findings.filter {
              if case .failed = $0.verdict { true } else { false }
            }
            return (breakage.name, Set(failed.map(\.name)))
          }
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(Breakage.all.count >= 20)
    for breakage in Breakage.all {
      #expect(found[breakage.name] == breakage.failing, "\(breakage.name)")
    }
  }

  /// One check in eight, others for each number: all against every server would take a minute.
  private static func isSampled(_ name: String, _ number: Int) -> Bool {
    name.hasPrefix("server-") || name.utf8.reduce(number) { $0 + Int($1) } % 8 == 0
  }

  @Test func whatIsNoServerIsTold() async throws {
    await #expect(throws: ConformanceError.self) {
      try await Conformance(host: "127.0.0.1", port: 1).run()
    }
  }
}
