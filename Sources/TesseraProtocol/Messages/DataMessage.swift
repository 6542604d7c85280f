package import NIOCore

/// DATA: the next plain bytes of a message, never empty, as they are or as one strict zstd frame; the last carries END.
///
/// Collects them to exactly the announced total, to which each frame's header is held before its payload is waited for.
package struct DataMessage {
  /// What has come so far.
  package private(set) var bytes: [UInt8] = []
  private var digester = Digester()
  private let total: UInt64

  package init(total: UInt64) { self.total = total }

  /// Checks whether a frame may come next, by its header alone.
  ///
  /// - Throws: SIZE_MISMATCH where bytes run over the total, or END and the total do not come together.
  package func check(_ header: FrameHeader) throws(WireError) {
    let isLast = header.flags.contains(.end)
    // The first term was allocated and the second has 32 bits, so their sum is far from overflowing.
    let sum = UInt64(bytes.count) + UInt64(header.plainLength)
    guard isLast ? sum == total : sum < total else {
      throw WireError(.sizeMismatch, "\(sum) bytes of DATA \(isLast ? "at" : "without") END for a total of \(total)")
    }
  }

  /// Adds the bytes of a frame whose header was checked.
  ///
  /// - Returns: the digest of all bytes with the last frame, nil before.
  package mutating func append(_ plain: ByteBuffer, isLast: Bool) -> ContentDigest? {
    bytes.append(contentsOf: plain.readableBytesView)
    digester.update(plain)
    return isLast ? digester.finish() : nil
  }

  /// Adds a frame's bytes after decompression; as the other.
  package mutating func append(_ plain: [UInt8], isLast: Bool) -> ContentDigest? {
    bytes.append(contentsOf: plain)
    digester.update(plain)
    return isLast ? digester.finish() : nil
  }
}
