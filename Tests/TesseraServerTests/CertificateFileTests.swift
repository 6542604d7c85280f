import Foundation
import TesseraClient
import TesseraCredentials
import TesseraServer
import Testing

@Suite(.needsCertificates) struct CertificateFileTests {
  private let made: Certificates

  init() throws { made = try #require(Certificates.shared) }

  /// Why a server with these files would not come to listen.
  private func failure(_ files: CertificateFiles, clientAuthority: String? = nil) -> CredentialError? {
    var configuration = Server.Configuration()
    configuration.tls = Server.TLS(files, clientAuthority: clientAuthority)
    do throws(ServerError) {
      try configuration.check()
    } catch {
      #expect(!error.description.contains("\n"))
      if case .credentials(let cause) = error { return cause }
    }
    return nil
  }

  private func files(_ certificate: String, _ key: String) -> CertificateFiles {
    CertificateFiles(certificate: certificate, key: key)
  }

  @Test func whatCannotBeRead() throws {
    let (certificate, key) = (made.server.certificate, made.server.key)
    for pair in [files("/none.pem", key), files(certificate, "/none.key"), files(certificate, "/tmp")] {
      guard case .unreadable = failure(pair) else { throw NothingThrown() }
    }
    guard case .unreadable = failure(made.server, clientAuthority: "/none.pem") else { throw NothingThrown() }
  }

  @Test func whatIsSomethingElse() async throws {
    let (certificate, key) = (made.server.certificate, made.server.key)
    #expect(failure(files(key, key)) == .noCertificate(file: key))
    #expect(failure(files("/dev/null", key)) != nil)
    try await withSecretFile("-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n") { file in
      #expect(failure(files(certificate, file)) == .noKey(file: file))
      #expect(failure(made.server, clientAuthority: file) == .noCertificate(file: file))
    }
    try await withSecretFile("") { file in
      #expect(failure(files(certificate, file)) == .noKey(file: file))
      #expect(failure(files(file, key)) == .noCertificate(file: file))
    }
  }

  @Test func aKeyOfAnother() {
    let error = failure(files(made.server.certificate, made.client.key))
    #expect(error == .keyDoesNotFit(key: made.client.key, certificate: made.server.certificate))
  }

  @Test func whatIsExpired() throws {
    guard case .expired(made.expired.certificate, let day) = failure(made.expired) else { throw NothingThrown() }
    #expect(day.hasPrefix("20"))
    let error = failure(made.server, clientAuthority: made.expired.certificate)
    #expect(error == .expired(file: made.expired.certificate, on: day))
  }

  @Test func aKeyThatOthersMayRead() async throws {
    let key = try String(contentsOfFile: made.server.key, encoding: .utf8)
    try await withSecretFile(key, mode: 0o644) { file in
      #expect(failure(files(made.server.certificate, file)) == .readableByOthers(file: file))
    }
  }

  @Test func aServerLooksBeforeItListens() async {
    var configuration = Server.Configuration()
    configuration.port = 0
    configuration.tls = Server.TLS(made.expired)
    let server = Server(configuration, service: FakeService(), logger: quiet)
    let error = await #expect(throws: ServerError.self) { try await server.serve() }
    #expect(error?.description.contains("renew it") == true)
    await #expect(throws: ServerError.self) { try await server.address() }
  }

  @Test func filesAreReadAnew() async throws {
    let live = files(made.path("live.pem"), made.path("live.key"))
    func put(_ files: CertificateFiles) throws {
      try writeSecret(String(contentsOfFile: files.certificate, encoding: .utf8), live.certificate)
      try writeSecret(String(contentsOfFile: files.key, encoding: .utf8), live.key)
    }
    try put(made.server)
    _ = try await withServer(FakeService(), { $0.tls = Server.TLS(live) }) { server, address in
      let (old, new) = (Client.TLS(trusting: made.authority), Client.TLS(trusting: made.strangers))
      try await ask(address.port, tls: old)
      var configuration = Client.Configuration()
      configuration.tls = old
      try await withClient(host: "localhost", port: address.port, configuration: configuration) { client in
        try put(made.strangeServer)
        try await server.reloadCertificates()
        // What was open stays.
        try await client.expectAnswer(to: 1)
      }
      try await ask(address.port, tls: new)
      #expect(try await refusal(address.port, tls: old) != nil)
      try writeSecret("nothing", live.certificate)
      await #expect(throws: ServerError.credentials(.noCertificate(file: live.certificate))) {
        try await server.reloadCertificates()
      }
      try await ask(address.port, tls: new)
    }
  }
}
