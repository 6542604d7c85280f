internal import NIOCore

/// One output's share of a result's DATA: contiguous, in the order of the kinds.
///
///     u8 kind    u8 element bytes    u16 0    u32 0    u64 length
package struct Section: Hashable, Sendable {
  /// 1 labels, 2 confidence, 3 probabilities of either precision, 4 palette PNG.
  package var kind: UInt8
  package var elementBytes: UInt8
  package var length: UInt64

  package init(kind: UInt8, elementBytes: UInt8, length: UInt64) {
    self.kind = kind
    self.elementBytes = elementBytes
    self.length = length
  }

  init(reading reader: inout WireReader) throws(WireError) {
    kind = try reader.integer("section kind")
    elementBytes = try reader.integer("element bytes")
    try reader.reserved("section bytes 2–3", as: UInt16.self)
    try reader.reserved("section bytes 4–7", as: UInt32.self)
    length = try reader.integer("section length")
  }

  func encode(into payload: inout ByteBuffer) {
    payload.writeWire(kind)
    payload.writeWire(elementBytes)
    payload.writeWire(UInt16(0))
    payload.writeWire(UInt32(0))
    payload.writeWire(length)
  }
}
