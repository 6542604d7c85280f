package import NIOCore

/// CANCEL: the client no longer wants the request of the header's id.
///
/// Empty; best effort.
package struct Cancel: WireMessage {
  package static let type = MessageType.cancel

  package init() {}

  package init(reading reader: inout WireReader) throws(WireError) {}

  package func encode(into payload: inout ByteBuffer) {}
}
