internal import Logging
internal import NIOCore
internal import TesseraCredentials
internal import TesseraProtocol

extension Server.Configuration {
  /// The address to listen on, if it is protected as it must be.
  ///
  /// - Parameter socket: one that was passed, whose address counts.
  func socketAddress(of socket: Int32?) throws(ServerError) -> SocketAddress {
    let address: SocketAddress
    if let socket {
      address = try SocketAddress(boundTo: socket)
    } else {
      address = try ListenAddress(host: host, port: port).socketAddress()
    }
    let place = socket == nil ? host : address.ipAddress ?? host
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
