internal import NIOSSL
internal import TesseraCredentials

/// How the server is reached, read and checked before it is.
struct Route: Sendable {
  let host: String
  let port: Int
  /// What a proxy says in front of every connection; nil where there is none.
  let proxyHeader: [UInt8]?
  /// Whether clients show a certificate.
  let hasCertificate: Bool
  /// What encrypts connections, for each way to begin; none where nothing does.
  private let dialers: [Handshake: TLSDialer]

  /// How a client begins below the protocol.
  enum Handshake: Hashable, Sendable, CaseIterable {
    /// As the server's operator says that clients do.
    case agreed
    /// Without TLS, though the server speaks it.
    case plaintext
    case tls12
    /// With another protocol's name in ALPN.
    case otherProtocol
    /// Without ALPN.
    case noProtocol
    /// Without the certificate that there is.
    case noCertificate
  }

  init(host: String, port: Int, tls: ClientTLS?, isProxied: Bool) throws(ConformanceError) {
    self.host = host
    self.port = port
    // Addresses for documentation: nobody has them, and a log shows where they came from.
    proxyHeader = isProxied ? Array("PROXY TCP4 192.0.2.1 192.0.2.2 49152 \(port)\r\n".utf8) : nil
    hasCertificate = tls?.files != nil
    var dialers: [Handshake: TLSDialer] = [:]
    if let tls {
      for handshake in Handshake.allCases where handshake != .plaintext {
        do throws(CredentialError) {
          dialers[handshake] = try Self.dialer(tls, host, handshake)
        } catch {
          throw .credentials(error)
        }
      }
    }
    self.dialers = dialers
  }

  var isEncrypted: Bool { !dialers.isEmpty }

  /// What to hold against the server's certificate, for people.
  var subject: String { dialers[.agreed]?.subject(host) ?? host }

  /// The handler that encrypts a channel; nil where nothing does.
  func handler(_ handshake: Handshake) throws -> NIOSSLClientHandler? { try dialers[handshake]?.handler() }

  private static func dialer(
    _ tls: ClientTLS, _ host: String, _ handshake: Handshake
  ) throws(CredentialError) -> TLSDialer {
    var tls = tls
    if handshake == .noCertificate { tls.files = nil }
    return try TLSDialer(tls, host: host) { configuration in
      switch handshake {
      case .tls12:
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv12
      case .otherProtocol: configuration.applicationProtocols = ["h2"]
      case .noProtocol: configuration.applicationProtocols = []
      case .agreed, .plaintext, .noCertificate: break
      }
    }
  }
}
