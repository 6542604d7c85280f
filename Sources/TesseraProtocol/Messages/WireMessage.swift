package import NIOCore

/// What one frame that is no DATA says.
package protocol WireMessage: Hashable, Sendable {
  /// The type in the frame's header.
  static var type: MessageType { get }
  /// Writes the payload.
  func encode(into payload: inout ByteBuffer)
  /// Reads the fields in order.
  init(reading reader: inout WireReader) throws(WireError)
}

extension WireMessage {
  /// Reads a payload to its last byte, or throws.
  package static func decode(_ payload: ByteBuffer) throws(WireError) -> Self {
    guard payload.readableBytes <= Int(type.payloadLimit) else {
      throw WireError(.limit, "\(type) of \(payload.readableBytes) bytes; at most \(type.payloadLimit) are allowed")
    }
    var reader = WireReader(payload, of: type)
    let message = try Self(reading: &reader)
    try reader.finish()
    return message
  }

  /// The payload.
  package func encoded() -> ByteBuffer {
    var payload = ByteBuffer()
    encode(into: &payload)
    return payload
  }
}
