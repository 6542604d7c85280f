internal import NIOCore

/// A message's bytes, digested, cut into chunks and compressed: ready to be sealed frame by frame.
///
/// Making one is work; do it off the event loop.
package struct MessageBody: Hashable, Sendable {
  /// The chunks in order; at least one, none empty.
  package let chunks: [Chunk]
  /// Plain bytes in all.
  package let total: UInt64
  /// SHA-256 of the plain bytes.
  package let digest: ContentDigest

  /// Codes the concatenation of some parts.
  ///
  /// - Precondition: the parts hold at least one byte.
  package init(_ parts: [[UInt8]], encoding: BodyEncoding) {
    let encoder = encoding.codec == .zstd ? ZstdEncoder() : nil
    var chunks: [Chunk] = []
    var digester = Digester()
    var total: UInt64 = 0
    for part in parts {
      digester.update(part)
      total += UInt64(part.count)
      part.withUnsafeBytes { bytes in
        var start = 0
        while start < bytes.count {
          let end = min(bytes.count, start + Int(encoding.chunkLimit))
          chunks.append(Chunk(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), encoder: encoder))
          start = end
        }
      }
    }
    precondition(total > 0, "MessageBody: DATA is never empty")
    self.chunks = chunks
    self.total = total
    digest = digester.finish()
  }
}

extension Chunk {
  fileprivate init(_ plain: UnsafeRawBufferPointer, encoder: borrowing ZstdEncoder?) {
    if let wire = encoder?.compress(plain) {
      self.init(codec: .zstd, plainLength: UInt32(plain.count), wire: wire)
    } else {
      self.init(codec: .identity, plainLength: UInt32(plain.count), wire: ByteBuffer(bytes: plain))
    }
  }
}
