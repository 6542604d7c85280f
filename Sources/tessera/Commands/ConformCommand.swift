import ArgumentParser
import Foundation
import TesseraClient
import TesseraConformance

/// Judges a server by the specification of the protocol.
struct ConformCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conform",
    abstract: "Judge any server of the protocol TSP/1 by its specification.",
    discussion: """
      Connects over TCP, asks the server for its model by INFO, then breaks one rule after the other, each on a \
      connection of its own, and watches what comes: preface, headers, checksums, ids, limits, admission, DATA, zstd, \
      digests, cancelling, rates, times. Findings stand under the sections of Protocol/SPEC.md: pass, FAIL with what \
      was expected and what came, or skip with the reason. No conversation waits longer than 8 seconds in all.
      With --tls every conversation is encrypted, and handshakes that a server must not take are tried as well: plain \
      text, TLS 1.2, another ALPN, no certificate where one is asked for. --proxy-protocol puts a PROXY header in \
      front of each connection, and tries what is none.
      Exit status: 0 where nothing failed, 1 where something did or the server cannot be reached.

      Example:
        tessera conform 127.0.0.1:7450
        tessera conform 127.0.0.1:7450 --json > findings.json
        tessera conform maps.example.org:7450 --tls --token-file camera.token
      """)

  @Argument(help: ArgumentHelp("Where the server listens, such as 127.0.0.1:7450.", valueName: "host:port"))
  var server: HostAndPort
  @OptionGroup(title: "Security") var security: ClientSecurityOptions
  @Flag(help: "Say a PROXY header first, as a proxy does for a server started with the same option.")
  var proxyProtocol = false
  @Flag(help: "Print the findings as JSON.") var json = false

  func validate() throws {
    guard server.port > 0 else { throw ValidationError("give the port that the server listens on, not 0") }
  }

  func run() async throws {
    var conformance = Conformance(host: server.host, port: server.port)
    let told = try security.configuration()
    (conformance.tls, conformance.token) = (told.tls, told.token.map { Array($0.utf8) })
    conformance.isProxied = proxyProtocol
    var terminal = Terminal()
    let report = try await conformance.run { finding in
      if case .failed = finding.verdict { terminal.line("\(finding)") }
    }
    if json {
      try StandardOutput.json(report)
    } else {
      for line in report.lines { try StandardOutput.line(line) }
    }
    guard report.failed == 0 else { throw ExitCode.failure }
  }
}
