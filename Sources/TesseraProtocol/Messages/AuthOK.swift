package import NIOCore

/// AUTH_OK: the token was accepted.
///
///     u32 seconds for which it holds, 0 = as long as the connection
package struct AuthOK: WireMessage {
  package static let type = MessageType.authOK

  package let secondsValid: UInt32

  package init(secondsValid: UInt32) { self.secondsValid = secondsValid }

  package init(reading reader: inout WireReader) throws(WireError) {
    secondsValid = try reader.integer("seconds valid")
  }

  package func encode(into payload: inout ByteBuffer) { payload.writeWire(secondsValid) }
}
