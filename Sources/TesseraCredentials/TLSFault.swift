internal import Glibc
package import NIOSSL

/// What went wrong between two ends that should speak TLS.
public enum TLSFault: Error, Hashable, Sendable {
  /// The peer does not speak TLS.
  case notTLS
  /// The peer speaks TLS and was spoken to without.
  case tlsExpected
  /// The peer knows no TLS 1.3.
  case version
  /// The peer's certificate comes from nobody who is trusted here.
  case untrusted
  /// The peer's certificate expired on that day.
  case expired(on: String)
  /// The peer's certificate is not valid before that day.
  case notYetValid(from: String)
  /// The peer's certificate is that of others than this name or address.
  case wrongName(String)
  /// The peer showed no certificate where one is asked for.
  case certificateMissing
  /// The peer asks for a certificate, and there is none here.
  case certificateRequired
  /// The peer does not take the certificate that it was shown.
  case certificateRefused
  /// The two did not agree on ALPN `tessera`.
  case applicationProtocol
  /// The peer went away during the handshake.
  case interrupted
  /// The connection ended without TLS's own farewell.
  case truncated
  /// Anything else, in the library's words.
  case other(String)
}

extension TLSFault: CustomStringConvertible {
  /// One clause: cause and what to do.
  public var description: String {
    switch self {
    case .notTLS: "the peer does not speak TLS; ask without TLS, or check the port"
    case .tlsExpected: "the server speaks TLS; ask with TLS (--tls)"
    case .version: "no common version; TLS 1.3 is the least"
    case .untrusted:
      "the certificate is of no authority that is trusted here; name its authority's certificate (--tls-ca)"
    case .expired(let day): "the certificate expired on \(day); have it renewed"
    case .notYetValid(let day): "the certificate is not valid before \(day); check this machine's clock"
    case .wrongName(let name):
      "the certificate is not for \(name.debugDescription); ask by a name that is in it, or check whom you ask"
    case .certificateMissing: "the peer showed no certificate, and one is asked for"
    case .certificateRequired:
      "the peer asks for a certificate; give one with its key (--tls-certificate, --tls-key)"
    case .certificateRefused:
      "the peer does not take the certificate it was shown; have one made by an authority it trusts"
    case .applicationProtocol: "the peer speaks TLS, but not this protocol (ALPN tessera); check the port"
    case .interrupted: "the peer went away during the handshake; see its log"
    case .truncated: "the connection ended without a farewell"
    case .other(let words): "TLS failed: \(words)"
    }
  }
}

extension TLSFault {
  /// What an error of a TLS handler means; nil for errors of others.
  package init?(_ error: any Error) {
    switch error {
    case let fault as TLSFault: self = fault
    case NIOSSLError.handshakeFailed(let cause), NIOSSLError.shutdownFailed(let cause): self.init(cause)
    case NIOSSLError.uncleanShutdown: self = .truncated
    case let error as NIOSSLError: self = .other("\(error)")
    case let error as BoringSSLError: self.init(error)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .wrongName("")
    case let error as NIOSSLExtraError: self = .other("\(error)")
    default: return nil
    }
  }

  private init(_ error: BoringSSLError) {
    let words = "\(error)"
    let meaning = Self.meanings.first { meaning in meaning.words.contains { words.contains($0) } }
    self = meaning?.fault ?? .other(words)
  }

  /// The library tells its errors by words alone; the first that occur decide.
  private static let meanings: [(words: [String], fault: TLSFault)] = [
    (["PEER_DID_NOT_RETURN_A_CERTIFICATE"], .certificateMissing),
    (["CERTIFICATE_VERIFY_FAILED"], .untrusted),
    (["CERTIFICATE_REQUIRED"], .certificateRequired),
    (
      [
        "ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_", "ALERT_UNSUPPORTED_CERTIFICATE",
        "ALERT_ACCESS_DENIED", "ALERT_DECRYPT_ERROR",
      ], .certificateRefused
    ),
    (["NO_APPLICATION_PROTOCOL"], .applicationProtocol),
    (["UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION"], .version),
    (["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL"], .notTLS),
    (["EOF during"], .interrupted),
  ]

  /// The same, where a certificate that did not verify shows why.
  ///
  /// The library says only that it did not.
  package func explained(by certificate: NIOSSLCertificate?) -> Self {
    guard self == .untrusted, let certificate else { return self }
    let now = time(nil)
    if now > certificate.notValidAfter { return .expired(on: day(certificate.notValidAfter)) }
    if now < certificate.notValidBefore { return .notYetValid(from: day(certificate.notValidBefore)) }
    return self
  }
}
