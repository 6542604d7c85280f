/// How a server's side of connections behaves.
package struct ServerConfiguration: Sendable {
  /// Name and version of the software, for the peer's logs.
  package var agent = "tessera"
  /// A random number of this process.
  package var instance: UInt64
  /// What clients may do.
  package var limits = ProtocolLimits()
  /// What clients must prove.
  package var authentication = AuthenticationDemand.none
  /// Time from the connection's start to a whole HELLO.
  package var handshakeTime: Duration = .seconds(5)
  /// Time from HELLO to a whole AUTH.
  package var authenticationTime: Duration = .seconds(3)
  /// Provoked errors and live cancels allowed in ``glitchWindow``.
  package var glitchLimit = 200
  package var glitchWindow: Duration = .seconds(30)
  /// Frames besides DATA that may wait for a client that does not read; one that keeps its limits needs far fewer.
  package var backlogLimit = 256
  /// Delay that CALM tells.
  package var calmTime: Duration = .seconds(30)

  package init(instance: UInt64) { self.instance = instance }
}
