import NIOCore
import TesseraClient
import TesseraCredentials
import TesseraProtocol
import TesseraServer
import Testing

@Suite(.needsCertificates) struct MutualTLSTests {
  private let made: Certificates

  init() throws { made = try #require(Certificates.shared) }

  private func withMutualServer(_ service: FakeService, _ body: (Server, Int) async throws -> Void) async throws {
    _ = try await withServer(
      service, { $0.tls = Server.TLS(made.server, clientAuthority: made.authority) }
    ) { server, address in try await body(server, address.port) }
  }

  @Test func aClientOfTheAuthority() async throws {
    try await withMutualServer(FakeService()) { _, port in
      try await ask(port, tls: Client.TLS(trusting: made.authority, files: made.client))
    }
  }

  @Test func helloAckSaysThatTheCertificateSuffices() async throws {
    try await withMutualServer(FakeService()) { _, port in
      let context = try clientContext(trusting: made.authority, files: made.client)
      let raw = try await RawConnection.open(port, tls: context)
      var frames = RawFrames()
      try await raw.send(frames.hello())
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      let ack = try #require(try reader.next())
      #expect(ack.header.type == .helloAck && ack.payload.getInteger(at: ack.payload.readerIndex + 2) == UInt8(2))
      await raw.close()
    }
  }

  @Test func nobodyElseGetsIn() async throws {
    let service = FakeService()
    try await withMutualServer(service) { server, port in
      let none = try await refusal(port, tls: Client.TLS(trusting: made.authority))
      #expect(none == .tls(host: "localhost", port: port, .certificateRequired))
      #expect(none?.description.contains("--tls-certificate") == true)
      let stranger = try await refusal(port, tls: Client.TLS(trusting: made.authority, files: made.strangeClient))
      #expect(stranger == .tls(host: "localhost", port: port, .certificateRefused))
      // Clients of other makes that do not look at their own certificates.
      for files in [nil, made.strangeClient, made.expiredClient, made.selfSigned] {
        let raw = try await RawConnection.open(port, tls: try clientContext(trusting: made.authority, files: files))
        var frames = RawFrames()
        raw.sendLater(frames.hello() + frames.request(1, picture(1)))
        #expect(await raw.readToEnd().readableBytes == 0)
        await raw.close()
      }
      #expect(service.calls == 0)
      #expect(try await eventually { server.connectionCount == 0 })
      try await ask(port, tls: Client.TLS(trusting: made.authority, files: made.client))
    }
  }

  @Test func aClientLooksAtItsOwnFilesFirst() async throws {
    let tls = Client.TLS(trusting: made.authority, files: made.expiredClient)
    guard case .credentials(.expired(made.expiredClient.certificate, _)) = try await refusal(1, tls: tls) else {
      throw NothingThrown()
    }
  }

  @Test func tokensWouldHaveNoEffect() async throws {
    var configuration = Server.Configuration()
    configuration.tls = Server.TLS(made.server, clientAuthority: made.authority)
    configuration.tokenFile = "tokens"
    let server = Server(configuration, service: FakeService(), logger: quiet)
    await #expect(throws: ServerError.tokensWithoutEffect) { try await server.serve() }
  }
}
