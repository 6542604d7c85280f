/// What a client and a server agreed on.
package struct ClientSession: Hashable, Sendable {
  /// What the server said of itself.
  package let server: HelloAck
  /// What to try on each chunk that is sent.
  package let codec: Codec

  /// The server's limits.
  package var limits: ProtocolLimits { server.limits }
}
