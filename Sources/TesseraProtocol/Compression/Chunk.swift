package import NIOCore

/// The payload of one DATA frame, as it travels.
package struct Chunk: Hashable, Sendable {
  package let codec: Codec
  package let plainLength: UInt32
  package let wire: ByteBuffer

  package init(codec: Codec, plainLength: UInt32, wire: ByteBuffer) {
    self.codec = codec
    self.plainLength = plainLength
    self.wire = wire
  }
}
