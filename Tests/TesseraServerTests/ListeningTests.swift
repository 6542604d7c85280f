import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct ListeningTests {
  private func failure(host: String, port: Int) async -> ServerError? {
    var configuration = Server.Configuration()
    configuration.host = host
    configuration.port = port
    do throws(ServerError) {
      _ = try await Server(configuration, service: FakeService(), logger: quiet).serve()
      return nil
    } catch {
      return error
    }
  }

  @Test func aPortInUse() async throws {
    _ = try await withServer(FakeService()) { _, address in
      let error = await failure(host: "127.0.0.1", port: address.port)
      #expect(error == .portInUse(host: "127.0.0.1", port: address.port))
      #expect(error?.description.contains("choose another port") == true)
      try await withClient(host: address.host, port: address.port) { try await $0.expectAnswer(to: 1) }
    }
  }

  @Test(arguments: ["0.0.0.0", "10.1.2.3", "::", "::ffff:127.0.0.1"])
  func aHostThatOthersReach(_ host: String) async {
    let error = await failure(host: host, port: 0)
    #expect(error == .unprotected(host: host, lacksTLS: true, lacksAuthentication: true))
    #expect(error?.description.contains("TLS is missing") == true)
    #expect(error?.description.contains("--tokens") == true)
  }

  @Test(arguments: ["example.org", "", "127.0.0.1:80", "a\nb"])
  func aHostThatIsNoAddress(_ host: String) async {
    let error = await failure(host: host, port: 0)
    #expect(error == .notAnAddress(host: host))
    #expect(error?.description.contains("\n") == false)
  }

  @Test func aPortThatIsNone() async {
    let error = await failure(host: "127.0.0.1", port: 70_000)
    #expect(error == .cannotListen(host: "127.0.0.1", port: 70_000, reason: "a port lies in 0…65535"))
  }

  @Test func aServerRunsOnce() async throws {
    var configuration = Server.Configuration()
    configuration.host = "0.0.0.0"
    let server = Server(configuration, service: FakeService(), logger: quiet)
    let exposed = ServerError.unprotected(host: "0.0.0.0", lacksTLS: true, lacksAuthentication: true)
    await #expect(throws: exposed) { try await server.run() }
    await #expect(throws: ServerError.alreadyRun) { try await server.run() }
    await #expect(throws: exposed) { try await server.address() }
  }
}
