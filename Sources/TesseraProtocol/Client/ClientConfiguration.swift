/// How a client's side of a connection behaves.
package struct ClientConfiguration: Sendable {
  /// Name and version of the software, for the server's logs.
  package var agent = "tessera"
  /// Most plain bytes of DATA to accept in one frame; 64 KiB…1 MiB.
  package var largestChunk: UInt32 = 1 << 20
  /// The codecs to offer, in order of preference.
  package var codecs = Codec.spoken
  /// The bearer token to show when the server asks for one.
  package var token: [UInt8]?
  /// Most bytes of a result to accept, whatever the server allows.
  package var maxResult: UInt64 = 128 << 20
  /// Time from the connection's start to HELLO_ACK, and from AUTH to AUTH_OK.
  package var handshakeTime: Duration = .seconds(5)
  /// Any number; it chooses the meaningless offers that keep servers tolerant.
  package var greaseSeed: UInt64

  package init(greaseSeed: UInt64) { self.greaseSeed = greaseSeed }
}
