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

  /// Names a place to listen at.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `127.0.0.1:7450`, or `[::1]:7450`.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension ListenAddress {
  /// The same for the system.
  ///
  /// Names other than `localhost` are not looked up: where a server listens must not depend on a resolver.
  fileprivate func socketAddress() throws(ServerError) -> SocketAddress {
    guard (0...Int(UInt16.max)).contains(port) else {
      throw .cannotListen(host: host, port: port, reason: "a port lies in 0…65535")
    }
    do {
      return try SocketAddress(ipAddress: host == "localhost" ? "127.0.0.1" : host, port: port)
    } catch {
      throw .notAnAddress(host: host)
    }
  }
}

extension Server.Configuration {
  /// The address to listen on, or that the socket is bound to which was passed, if it is protected as it must be.
  func socketAddress() throws(ServerError) -> SocketAddress {
    let passed = try passedAddress()
    let address: SocketAddress
    if let passed { address = passed } else { address = try ListenAddress(host: host, port: port).socketAddress() }
    let place = passed?.ipAddress ?? host
    if demand == .certificate, tokenFile != nil { throw .tokensWithoutEffect }
    if address.isLoopback { return address }
    if tokenFile != nil, tls == nil { throw .tokensInTheClear(host: place) }
    let lacks = (tls: tls == nil, authentication: demand == .none)
    guard acceptsInsecureAddress || !(lacks.tls || lacks.authentication) else {
      throw .unprotected(host: place, lacksTLS: lacks.tls, lacksAuthentication: lacks.authentication)
    }
    return address
  }

  /// The address of probes and metrics; nil where there are none.
  ///
  /// It is loopback whatever protects the other port: nothing encrypts this one, or asks who comes.
  func adminSocketAddress() throws(ServerError) -> SocketAddress? {
    guard let admin else { return nil }
    let address = try admin.socketAddress()
    guard address.isLoopback else { throw .adminReachable(host: admin.host) }
    return address
  }

  private func passedAddress() throws(ServerError) -> SocketAddress? {
    guard let passedSocket else { return nil }
    guard let address = SocketAddress.bound(to: passedSocket) else {
      throw .serviceManager(reason: "descriptor \(passedSocket) is no socket of the internet")
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
