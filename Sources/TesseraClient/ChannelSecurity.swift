internal import NIOCore
internal import NIOSSL
internal import TesseraCredentials
internal import TesseraProtocol

/// What protects the connections of one connector, read and checked before any is made.
struct ChannelSecurity: Sendable {
  private let context: NIOSSLContext?
  /// The name to verify; nil where the address is verified.
  private let name: String?

  init(_ configuration: Client.Configuration, host: String) throws(ClientError) {
    do throws(CredentialError) {
      context = try configuration.tls.map { tls throws(CredentialError) in
        try TLSContext.client(tls.trustRoots, tls.files)
      }
    } catch {
      throw .credentials(error)
    }
    if let name = configuration.tls?.serverName {
      guard !name.isAddress, (1...255).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
      else { throw .credentials(.badServerName(name)) }
      self.name = name
    } else {
      name = host.isAddress ? nil : host
    }
    if let count = configuration.token?.utf8.count, !(1...Auth.longestToken).contains(count) {
      throw .credentials(.tokenLength(count))
    }
  }

  var isEncrypted: Bool { context != nil }

  /// The handler that encrypts a channel.
  func handler() throws -> NIOSSLClientHandler? {
    try context.map { try NIOSSLClientHandler(context: $0, serverHostname: name) }
  }

  /// What to hold against the certificate, for people.
  func subject(_ host: String) -> String { name ?? host }
}

extension String {
  fileprivate var isAddress: Bool { (try? SocketAddress(ipAddress: self, port: 0)) != nil }
}
