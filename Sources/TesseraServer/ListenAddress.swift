internal import Logging
internal import NIOCore
internal import TesseraCredentials
internal import TesseraProtocol

/// Where a server listens.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// A numeric address.
  public let host: String
  /// The port; the system's choice where 0 was asked for.
  public let port: Int

  /// `127.0.0.1:7450`, or `[::1]:7450`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Server.Configuration {
  /// The address to listen on, if it is protected as it must be.
  ///
  /// Names other than `localhost` are not looked up: where a server listens must not depend on a resolver.
  func socketAddress() throws(ServerError) -> SocketAddress {
    guard (0...Int(UInt16.max)).contains(port) else {
      throw .cannotListen(host: host, port: port, reason: "a port lies in 0…65535")
    }
    if demand == .certificate, tokenFile != nil { throw .tokensWithoutEffect }
    let address: SocketAddress
    do {
      address = try SocketAddress(ipAddress: host == "localhost" ? "127.0.0.1" : host, port: port)
    } catch {
      throw .notAnAddress(host: host)
    }
    if address.isLoopback { return address }
    if tokenFile != nil, tls == nil { throw .tokensInTheClear(host: host) }
    let lacks = (tls: tls == nil, authentication: demand == .none)
    guard acceptsInsecureAddress || !(lacks.tls || lacks.authentication) else {
      throw .unprotected(host: host, lacksTLS: lacks.tls, lacksAuthentication: lacks.authentication)
    }
    return address
  }

  /// Warns where only the operator's word protects the address.
  func warnOfExposure(_ address: SocketAddress, _ logger: Logger) {
    guard !address.isLoopback, tls == nil || demand == .none else { return }
    logger.warning(
      """
      INSECURE: \(address.ipAddress ?? host) can be reached from other machines; \
      \(tls == nil ? "whoever is on the way reads and changes every image and answer" : "traffic is encrypted"), \
      \(demand == .none ? "and whoever connects may ask" : "and clients show who they are")
      """)
  }
}
