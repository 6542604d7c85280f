package import NIOCore

/// PING asks whether the server's event loop is alive; only clients ask.
///
///     8 opaque bytes
package struct Ping: WireMessage {
  package static let type = MessageType.ping

  /// The bytes, as a number in wire order: least significant first.
  package let token: UInt64

  package init(token: UInt64) { self.token = token }

  package init(reading reader: inout WireReader) throws(WireError) {
    token = try reader.integer("token")
  }

  package func encode(into payload: inout ByteBuffer) { payload.writeWire(token) }
}
