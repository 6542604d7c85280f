import NIOSSL
import TesseraClient
import TesseraConformance
import TesseraCredentials
import TesseraServer
import Testing

/// What `Conformance` finds of TLS and PROXY headers.
@Suite(.needsCertificates) struct TransportConformanceTests {
  private let made: Certificates

  init() throws { made = try #require(Certificates.shared) }

  /// The verdicts on what lies below the protocol, and on a few rules of the protocol itself.
  private func verdicts(
    _ port: Int, tls: Client.TLS? = nil, isProxied: Bool = false
  ) async throws -> [String: Verdict] {
    var conformance = Conformance(host: "127.0.0.1", port: port)
    conformance.tls = tls
    conformance.isProxied = isProxied
    conformance.patience = .seconds(2)
    let sample: Set = ["preface-http", "preface-proxy", "half-close-answer", "result-output-digest", "server-seq"]
    conformance.selection = { $0.hasPrefix("tls-") || $0.hasPrefix("proxy-") || sample.contains($0) }
    let report = try await conformance.run()
    return Dictionary(uniqueKeysWithValues: report.findings.map { ($0.name, $0.verdict) })
  }

  private func skipped(_ verdicts: [String: Verdict]) -> Set<String> {
    Set(verdicts.filter { if case .skipped = $0.value { true } else { false } }.keys)
  }

  private func failed(_ verdicts: [String: Verdict]) -> Set<String> {
    Set(verdicts.filter { if case .failed = $0.value { true } else { false } }.keys)
  }

  @Test func ourServerKeepsTheRulesOfMutualTLSBehindAProxy() async throws {
    _ = try await withServer(
      FakeService(),
      {
        $0.tls = Server.TLS(made.server, clientAuthority: made.authority)
        $0.expectsProxyHeader = true
      }
    ) { _, address in
      let tls = Client.TLS(trusting: made.authority, files: made.client)
      let verdicts = try await verdicts(address.port, tls: tls, isProxied: true)
      #expect(failed(verdicts) == [] && skipped(verdicts) == [], "\(verdicts)")
      #expect(verdicts.keys.count { $0.hasPrefix("tls-") || $0.hasPrefix("proxy-") } == 12)
    }
  }

  @Test func whatWasNotAskedForIsSkipped() async throws {
    _ = try await withServer(FakeService(), { $0.tls = Server.TLS(made.server) }) { _, address in
      let verdicts = try await verdicts(address.port, tls: Client.TLS(trusting: made.authority))
      #expect(failed(verdicts) == [], "\(verdicts)")
      #expect(skipped(verdicts) == Set(verdicts.keys.filter { $0.hasPrefix("proxy-") } + ["tls-no-certificate"]))
    }
  }

  @Test func aServerThatTakesAnythingIsFound() async throws {
    var lenient = try serverConfiguration(made.server)
    lenient.minimumTLSVersion = .tlsv12
    lenient.applicationProtocols = ["h2", "tessera"]
    let context = try NIOSSLContext(configuration: lenient)
    _ = try await withServer(FakeService()) { _, address in
      try await FlippingProxy.run(to: address.port, tls: context) { port in
        let verdicts = try await verdicts(port, tls: Client.TLS(trusting: made.authority))
        let found = failed(verdicts).filter { $0.hasPrefix("tls-") }
        #expect(found == ["tls-1.2", "tls-alpn-other", "tls-alpn-none"], "\(verdicts)")
      }
      // It takes a connection without the header, and the header for a preface.
      let proxied = try? await verdicts(address.port, isProxied: true)
      #expect(proxied == nil)
    }
  }

  @Test func whyNoSessionCameAboutIsTold() async throws {
    _ = try await withServer(FakeService(), { $0.tls = Server.TLS(made.server) }) { _, address in
      let stranger = Client.TLS(trusting: made.strangers)
      await #expect(throws: ConformanceError.tls(host: "127.0.0.1", port: address.port, .untrusted)) {
        try await verdicts(address.port, tls: stranger)
      }
      await #expect {
        try await verdicts(address.port)
      } throws: { error in
        guard case ConformanceError.noGreeting = error else { return false }
        return "\(error)".contains("--tls")
      }
    }
    await #expect(throws: ConformanceError.self) {
      try await verdicts(1, tls: Client.TLS(trusting: "/nowhere/authority.pem"))
    }
  }
}
