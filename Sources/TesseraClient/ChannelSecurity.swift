internal import NIOSSL
internal import TesseraCredentials
internal import TesseraProtocol

/// What protects the connections of one connector, read and checked before any is made.
struct ChannelSecurity: Sendable {
  private let dialer: TLSDialer?

  init(_ configuration: Client.Configuration, host: String) throws(ClientError) {
    do throws(CredentialError) {
      dialer = try configuration.tls.map { tls throws(CredentialError) in try TLSDialer(tls, host: host) }
    } catch {
      throw .credentials(error)
    }
    if let count = configuration.token?.utf8.count, !(1...Auth.longestToken).contains(count) {
      throw .credentials(.tokenLength(count))
    }
  }

  var isEncrypted: Bool { dialer != nil }

  /// The handler that encrypts a channel.
  func handler() throws -> NIOSSLClientHandler? { try dialer?.handler() }

  /// What to hold against the certificate, for people.
  func subject(_ host: String) -> String { dialer?.subject(host) ?? host }
}
