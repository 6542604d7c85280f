import NIOCore
import NIOSSL
import TesseraClient
import TesseraCredentials
import TesseraLabels
import TesseraProtocol
import TesseraServer
import Testing

@Suite(.needsCertificates) struct TLSTests {
  private let made: Certificates

  init() throws { made = try #require(Certificates.shared) }

  private func withTLSServer(
    _ files: CertificateFiles, service: FakeService = FakeService(),
    _ configure: (inout Server.Configuration) -> Void = { _ in }, _ body: (Server, Int) async throws -> Void
  ) async throws {
    _ = try await withServer(
      service,
      {
        $0.tls = Server.TLS(files)
        configure(&$0)
      }
    ) { server, address in try await body(server, address.port) }
  }

  @Test func answersByNameAndByAddress() async throws {
    try await withTLSServer(made.server) { _, port in
      try await ask(port, host: "localhost", tls: Client.TLS(trusting: made.authority))
      try await ask(port, host: "127.0.0.1", tls: Client.TLS(trusting: made.authority))
      try await ask(port, host: "127.0.0.1", tls: Client.TLS(trusting: made.authority, serverName: "localhost"))
    }
  }

  @Test func largeAnswersComeWhole() async throws {
    try await withTLSServer(made.server, service: FakeService(classes: 40)) { _, port in
      var configuration = Client.Configuration()
      configuration.tls = Client.TLS(trusting: made.authority)
      try await withClient(host: "localhost", port: port, configuration: configuration) { client in
        let pixels = picture(3, width: 256, height: 160)
        let result = try await client.segment(
          .rgb8(pixels), width: 256, height: 160, outputs: [.labels, .probabilitiesF32])
        #expect(result.labels?.indices(void: .max) == FakeService.labels(pixels, classes: 40))
      }
    }
  }

  @Test func anAuthorityThatNobodyTrusts() async throws {
    try await withTLSServer(made.server) { _, port in
      let error = try await refusal(port, tls: Client.TLS(trusting: made.strangers))
      #expect(error == .tls(host: "localhost", port: port, .untrusted))
      #expect(error?.retry == .never && error?.description.contains("--tls-ca") == true)
      // The system's authorities do not know it either.
      #expect(try await refusal(port, tls: Client.TLS()) == error)
    }
  }

  @Test func aSelfSignedCertificate() async throws {
    try await withTLSServer(made.selfSigned) { _, port in
      let error = try await refusal(port, tls: Client.TLS(trusting: made.authority))
      #expect(error == .tls(host: "localhost", port: port, .untrusted))
      try await ask(port, tls: Client.TLS(trusting: made.selfSigned.certificate))
    }
  }

  @Test func anExpiredCertificate() async throws {
    var configuration = try serverConfiguration(made.expired)
    configuration.applicationProtocols = ["tessera"]
    try await withTLSListener(configuration) { port in
      let error = try await refusal(port, tls: Client.TLS(trusting: made.authority))
      guard case .tls(_, port, .expired(let day)) = error else { throw Unexpected(error: error) }
      #expect(day.wholeMatch(of: /20\d\d-\d\d-\d\d/) != nil)
    }
  }

  @Test func anothersCertificate() async throws {
    try await withTLSServer(made.elsewhere) { _, port in
      for host in ["localhost", "127.0.0.1"] {
        let error = try await refusal(port, host: host, tls: Client.TLS(trusting: made.authority))
        #expect(error == .tls(host: host, port: port, .wrongName(host)))
      }
      try await ask(port, tls: Client.TLS(trusting: made.authority, serverName: "elsewhere.example"))
    }
  }

  @Test(arguments: ["127.0.0.1", "", "a b", String(repeating: "a", count: 256)])
  func aServerNameThatIsNone(_ name: String) async throws {
    let tls = Client.TLS(trusting: made.authority, serverName: name)
    #expect(try await refusal(1, tls: tls) == .credentials(.badServerName(name)))
  }

  @Test func plaintextToTLS() async throws {
    try await withTLSServer(made.server) { server, port in
      let error = try await refusal(port)
      #expect(error == .tls(host: "localhost", port: port, .tlsExpected))
      #expect(error?.description.contains("--tls") == true)
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test func tlsToPlaintext() async throws {
    _ = try await withServer(FakeService()) { server, address in
      let error = try await refusal(address.port, host: "127.0.0.1", tls: Client.TLS(trusting: made.authority))
      #expect(error == .tls(host: "127.0.0.1", port: address.port, .notTLS))
      #expect(error?.description.contains("does not speak TLS") == true)
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test func anotherProtocolBehindTLS() async throws {
    try await withTLSListener(try serverConfiguration(made.server)) { port in
      let error = try await refusal(port, tls: Client.TLS(trusting: made.authority))
      #expect(error == .tls(host: "localhost", port: port, .applicationProtocol))
    }
  }

  @Test func clientsOfAnotherProtocolOrOfOldTLS() async throws {
    try await withTLSServer(made.server) { server, port in
      let changes: [(inout TLSConfiguration) -> Void] = [
        { $0.applicationProtocols = [] }, { $0.applicationProtocols = ["h2"] }, { $0.maximumTLSVersion = .tlsv12 },
      ]
      for change in changes {
        let raw = try await RawConnection.open(port, tls: try clientContext(trusting: made.authority, change))
        var frames = RawFrames()
        raw.sendLater(frames.hello())
        #expect(await raw.readToEnd().readableBytes == 0)
        await raw.close()
      }
      let raw = try await RawConnection.open(port, tls: try clientContext(trusting: made.authority))
      var frames = RawFrames()
      try await raw.send(frames.hello())
      try await raw.endInput()
      #expect(await raw.readToEnd().readableBytes > 32)
      await raw.close()
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test(arguments: [[], [0x16], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]] as [[UInt8]])
  func aStalledHandshakeEndsAtItsDeadline(_ bytes: [UInt8]) async throws {
    try await withTLSServer(made.server, { $0.handshakeTime = .milliseconds(300) }) { server, port in
      let start = ContinuousClock.now
      let raw = try await RawConnection.open(port)
      raw.sendLater(bytes)
      #expect(await raw.readToEnd().readableBytes < 16)
      let time = start.duration(to: .now)
      #expect(time > .milliseconds(250) && time < .seconds(2))
      await raw.close()
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test func aStalledHandshakeDoesNotHoldUpTheDrain() async throws {
    var raw: RawConnection?
    var start = ContinuousClock.now
    let patient: (inout Server.Configuration) -> Void = {
      $0.tls = Server.TLS(made.server)
      $0.handshakeTime = .seconds(20)
      $0.drain.answers = .seconds(10)
      $0.drain.hardEnd = .seconds(12)
    }
    let outcome = try await withServer(FakeService(), patient) { server, address in
      raw = try await RawConnection.open(address.port)
      raw?.sendLater([0x16, 0x03])
      #expect(try await eventually { server.connectionCount == 1 })
      start = .now
    }
    #expect(outcome == .clean)
    #expect(start.duration(to: .now) < .seconds(5))
    await raw?.close()
  }

  private struct Unexpected: Error {
    let error: ClientError?
  }
}
