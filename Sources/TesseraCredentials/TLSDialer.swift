internal import NIOCore
package import NIOSSL

/// What encrypts the connections to one host, read and checked before any is made.
package struct TLSDialer: Sendable {
  private let context: NIOSSLContext
  /// The name to verify; nil where the address is verified.
  private let name: String?

  /// - Parameter change: what differs from a client of the protocol, for those who try whether a server notices.
  package init(
    _ tls: ClientTLS, host: String, _ change: (inout TLSConfiguration) -> Void = { _ in }
  ) throws(CredentialError) {
    context = try TLSContext.client(tls.trustRoots, tls.files, change)
    if let name = tls.serverName {
      guard !name.isAddress, (1...255).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
      else { throw .badServerName(name) }
      self.name = name
    } else {
      name = host.isAddress ? nil : host
    }
  }

  /// The handler that encrypts a channel.
  package func handler() throws -> NIOSSLClientHandler {
    try NIOSSLClientHandler(context: context, serverHostname: name)
  }

  /// What to hold against the certificate, for people.
  package func subject(_ host: String) -> String { name ?? host }
}

extension String {
  fileprivate var isAddress: Bool { (try? SocketAddress(ipAddress: self, port: 0)) != nil }
}
