package import NIOCore

/// PONG echoes a PING's bytes, from the event loop.
///
///     8 opaque bytes
package struct Pong: WireMessage {
  package static let type = MessageType.pong

  /// The bytes, as a number in wire order: least significant first.
  package let token: UInt64

  package init(token: UInt64) { self.token = token }

  package init(reading reader: inout WireReader) throws(WireError) {
    token = try reader.integer("token")
  }

  package func encode(into payload: inout ByteBuffer) { payload.writeWire(token) }
}
