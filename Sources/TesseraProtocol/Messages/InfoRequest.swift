package import NIOCore

/// INFO, asked: how the server is, and what a model is.
///
///     str8 model, "" = a list of all
package struct InfoRequest: WireMessage {
  package static let type = MessageType.info

  package let model: String

  package init(model: String) { self.model = model }

  package init(reading reader: inout WireReader) throws(WireError) {
    model = try reader.string("model")
  }

  package func encode(into payload: inout ByteBuffer) { payload.writeWire(model) }
}
