/// Who one end of a connection is: a certificate and its private key, both in PEM.
public struct CertificateFiles: Hashable, Sendable {
  /// Path of the certificate, and behind it those that lead to its authority.
  public var certificate: String
  /// Path of the private key, without a passphrase; other users must not be able to read it.
  public var key: String

  /// Names two files.
  public init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }
}

/// Whom a client believes about who a server is.
public enum TrustRoots: Hashable, Sendable {
  /// The authorities that the system trusts.
  case system
  /// The certificates in this PEM file alone.
  case file(String)
}
