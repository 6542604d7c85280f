import Foundation
import NIOCore
import TesseraClient
import TesseraCredentials
import TesseraServer
import Testing

/// Addresses that other machines reach.
@Suite struct ExposureTests {
  /// An address of this machine's that is not loopback, if it has one.
  private static let outer: String? = (try? System.enumerateDevices())?.compactMap(\.address).first {
    if case .v4 = $0 { $0.ipAddress?.hasPrefix("127.") == false } else { false }
  }?.ipAddress

  private func failure(_ configure: (inout Server.Configuration) -> Void) async -> ServerError? {
    var configuration = Server.Configuration()
    configuration.host = "0.0.0.0"
    configuration.port = 0
    configure(&configuration)
    do throws(ServerError) {
      _ = try await Server(configuration, service: FakeService(), logger: quiet).serve()
    } catch {
      return error
    }
    return nil
  }

  @Test func whatIsMissingIsSaid() async throws {
    let files = CertificateFiles(certificate: "c", key: "k")
    #expect(
      await failure { $0.tls = Server.TLS(files) }
        == .unprotected(host: "0.0.0.0", lacksTLS: false, lacksAuthentication: true))
    #expect(await failure { $0.tokenFile = "tokens" } == .tokensInTheClear(host: "0.0.0.0"))
    // Not even the operator's word makes tokens travel readably.
    let both: (inout Server.Configuration) -> Void = {
      $0.tokenFile = "tokens"
      $0.acceptsInsecureAddress = true
    }
    let error = await failure(both)
    #expect(error == .tokensInTheClear(host: "0.0.0.0"))
    #expect(error?.description.contains("add TLS") == true)
  }

  @Test(.needsCertificates) func protectedAddressesAreListenedOn() async throws {
    let made = try #require(Certificates.shared)
    let mine = TestToken("mine")
    try await withSecretFile(mine.line) { file in
      let configure: (inout Server.Configuration) -> Void = {
        $0.host = "0.0.0.0"
        $0.tls = Server.TLS(made.server)
        $0.tokenFile = file
      }
      _ = try await withServer(FakeService(), configure) { _, address in
        #expect(address.host == "0.0.0.0")
        try await ask(
          address.port, host: "127.0.0.1", tls: Client.TLS(trusting: made.authority), token: mine.token.text)
      }
    }
    let mutual: (inout Server.Configuration) -> Void = {
      $0.host = "0.0.0.0"
      $0.tls = Server.TLS(made.server, clientAuthority: made.authority)
    }
    _ = try await withServer(FakeService(), mutual) { _, address in
      try await ask(
        address.port, host: "127.0.0.1", tls: Client.TLS(trusting: made.authority, files: made.client))
    }
  }

  @Test(.enabled(if: outer != nil, "this machine has loopback addresses only"))
  func aClientKeepsItsTokenToItself() async throws {
    let outer = try #require(Self.outer)
    let configure: (inout Server.Configuration) -> Void = {
      $0.host = "0.0.0.0"
      $0.acceptsInsecureAddress = true
    }
    _ = try await withServer(FakeService(), configure) { _, address in
      try await ask(address.port, host: outer)
      let error = try await refusal(address.port, host: outer, token: "secret")
      #expect(error == .tokenInTheClear(host: outer, port: address.port))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/net/if_inet6"), "no IPv6 here"))
  func loopbackOfIPv6() async throws {
    _ = try await withServer(FakeService(), { $0.host = "::1" }) { _, address in
      #expect(address.description == "[::1]:\(address.port)")
      try await ask(address.port, host: "::1")
    }
  }
}
