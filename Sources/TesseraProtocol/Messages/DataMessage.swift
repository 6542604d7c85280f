package import NIOCore

/// DATA: the next plain bytes of a message, never empty, as they are or as one strict zstd frame; the last carries END.
///
/// Collects them to exactly the announced total.
package struct DataMessage {
  /// What has come so far.
  package private(set) var bytes: [UInt8] = []
  private var digester = Digester()
  private let total: UInt64

  package init(total: UInt64) { self.total = total }

  /// Adds a frame's bytes.
  ///
  /// - Returns: the digest of all bytes with the last frame, nil before.
  /// - Throws: SIZE_MISMATCH where bytes run over the total, or END and the total do not come together.
  package mutating func append(_ plain: ByteBuffer, isLast: Bool) throws(WireError) -> ContentDigest? {
    try check(adding: plain.readableBytes, isLast: isLast)
    bytes.append(contentsOf: plain.readableBytesView)
    digester.update(plain)
    return isLast ? digester.finish() : nil
  }

  /// Adds a frame's bytes after decompression; as the other.
  package mutating func append(_ plain: [UInt8], isLast: Bool) throws(WireError) -> ContentDigest? {
    try check(adding: plain.count, isLast: isLast)
    bytes.append(contentsOf: plain)
    digester.update(plain)
    return isLast ? digester.finish() : nil
  }

  private func check(adding count: Int, isLast: Bool) throws(WireError) {
    // Both terms were allocated, so their sum is far from overflowing.
    let sum = UInt64(bytes.count) + UInt64(count)
    guard isLast ? sum == total : sum < total else {
      throw WireError(.sizeMismatch, "\(sum) bytes of DATA \(isLast ? "at" : "without") END for a total of \(total)")
    }
  }
}
