/// How a message's bytes are cut and coded for one peer.
package struct BodyEncoding: Hashable, Sendable {
  /// Most plain bytes in a chunk, at least 1.
  package let chunkLimit: UInt32
  /// What to try on each chunk; one that does not shrink travels plain.
  package let codec: Codec

  /// - Precondition: `chunkLimit` lies in 1…1 MiB.
  package init(chunkLimit: UInt32, codec: Codec) {
    precondition((1...MessageType.largestChunk).contains(chunkLimit), "BodyEncoding: chunks of \(chunkLimit) bytes")
    self.chunkLimit = chunkLimit
    self.codec = codec
  }
}
