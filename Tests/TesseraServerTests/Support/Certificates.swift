import Foundation
import TesseraCredentials

/// Certificates that the openssl command made, once for all tests.
struct Certificates: Sendable {
  /// nil where the command is missing or fails; tests then skip.
  static let shared: Certificates? = try? Certificates()
  /// What those tests say.
  static let skipped = "the command openssl, which makes the certificates, is missing (Debian: openssl)"

  private let folder: String

  /// The authority that servers and clients trust.
  var authority: String { "\(folder)/authority.pem" }
  /// One that nobody trusts.
  var strangers: String { "\(folder)/stranger-authority.pem" }
  /// Of localhost, 127.0.0.1 and ::1.
  var server: CertificateFiles { files("server") }
  /// The same, renewed.
  var renewed: CertificateFiles { files("renewed") }
  /// Of elsewhere.example.
  var elsewhere: CertificateFiles { files("elsewhere") }
  var expired: CertificateFiles { files("expired") }
  var selfSigned: CertificateFiles { files("self-signed") }
  /// Of localhost, by the authority that nobody trusts.
  var strangeServer: CertificateFiles { files("strange-server") }
  var client: CertificateFiles { files("client") }
  var strangeClient: CertificateFiles { files("strange-client") }
  var expiredClient: CertificateFiles { files("expired-client") }

  /// The path of a file of the tests' own.
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func files(_ name: String) -> CertificateFiles {
    CertificateFiles(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
  }

  private init() throws {
    folder = NSTemporaryDirectory() + "tessera-certificates-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(Self.settings.utf8).write(to: URL(filePath: "\(folder)/settings"))
    try makeAuthority("authority")
    try makeAuthority("stranger-authority")
    for (name, kind, signer) in [
      ("server", "server", "authority"), ("renewed", "server", "authority"), ("elsewhere", "elsewhere", "authority"),
      ("strange-server", "server", "stranger-authority"), ("client", "client", "authority"),
      ("strange-client", "client", "stranger-authority"),
    ] {
      try make(name, kind, signer, days: 2)
    }
    try make("expired", "server", "authority", days: -1)
    try make("expired-client", "client", "authority", days: -1)
    try openssl(Self.request("self-signed") + ["-x509", "-out", "self-signed.pem", "-extensions", "server"])
  }

  private static let settings = """
    [req]
    distinguished_name = name
    [name]
    [authority]
    basicConstraints = critical, CA:TRUE
    keyUsage = critical, keyCertSign
    [server]
    basicConstraints = CA:FALSE
    extendedKeyUsage = serverAuth
    subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
    [elsewhere]
    basicConstraints = CA:FALSE
    extendedKeyUsage = serverAuth
    subjectAltName = DNS:elsewhere.example
    [client]
    basicConstraints = CA:FALSE
    extendedKeyUsage = clientAuth

    """

  private static func request(_ name: String) -> [String] {
    [
      "req", "-config", "settings", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
      "\(name).key", "-subj", "/CN=\(name)",
    ]
  }

  private func makeAuthority(_ name: String) throws {
    try openssl(Self.request(name) + ["-x509", "-days", "2", "-extensions", "authority", "-out", "\(name).pem"])
  }

  private func make(_ name: String, _ kind: String, _ signer: String, days: Int) throws {
    try openssl(Self.request(name) + ["-new", "-out", "\(name).csr"])
    try openssl([
      "x509", "-req", "-in", "\(name).csr", "-CA", "\(signer).pem", "-CAkey", "\(signer).key", "-days", "\(days)",
      "-extfile", "settings", "-extensions", kind, "-out", "\(name).pem",
    ])
  }

  private func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
  }

  struct Failed: Error {
    let arguments: [String]
  }
}
