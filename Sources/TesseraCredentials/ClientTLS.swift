/// How a client's connections are encrypted; the server's certificate and name are verified, always.
public struct ClientTLS: Hashable, Sendable {
  /// Whom to believe about who the server is.
  public var trustRoots = TrustRoots.system
  /// Who the client is, for servers that ask; nil shows nothing.
  public var files: CertificateFiles?
  /// The DNS name that the server's certificate must have; nil is the host that was asked for.
  ///
  /// A host that is an address must stand in the certificate as an address.
  public var serverName: String?

  /// Believes the system's authorities and shows no certificate.
  public init() {}
}
