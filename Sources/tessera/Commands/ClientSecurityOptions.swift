import ArgumentParser
import TesseraClient
import TesseraCredentials

/// What protects a client: the options of commands that ask a server.
struct ClientSecurityOptions: ParsableArguments {
  @Flag(help: "Use TLS 1.3; the server's certificate and name are verified, always.") var tls = false
  @Option(help: ArgumentHelp("PEM of the authorities to believe. (default: the system's)", valueName: "file"))
  var tlsCa: String?
  @Option(help: ArgumentHelp("Name in the server's certificate. (default: the host asked for)", valueName: "name"))
  var tlsServerName: String?
  @Option(help: ArgumentHelp("Own certificate for mutual TLS, PEM.", valueName: "file")) var tlsCertificate: String?
  @Option(help: ArgumentHelp("Its private key, PEM.", valueName: "file")) var tlsKey: String?
  @OptionGroup var credential: TokenFileOption

  func validate() throws {
    let others = [
      ("--tls-ca", tlsCa), ("--tls-server-name", tlsServerName), ("--tls-certificate", tlsCertificate),
      ("--tls-key", tlsKey),
    ]
    if !tls, let (option, _) = others.first(where: { $0.1 != nil }) {
      throw ValidationError("\(option) has no effect without --tls: give that as well")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key go together: give both")
    }
  }

  /// The configuration of a client; reads the token.
  func configuration() throws -> Client.Configuration {
    var configuration = Client.Configuration()
    if tls {
      var security = Client.TLS()
      if let tlsCa { security.trustRoots = .file(tlsCa) }
      if let tlsCertificate, let tlsKey {
        security.files = CertificateFiles(certificate: tlsCertificate, key: tlsKey)
      }
      security.serverName = tlsServerName
      configuration.tls = security
    }
    if let token = try credential.token() { configuration.token = token.text }
    return configuration
  }
}
