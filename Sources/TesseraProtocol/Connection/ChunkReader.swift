internal import NIOCore

/// Adds DATA frames to messages; keeps one decompressor, made when the first compressed frame comes.
struct ChunkReader: ~Copyable {
  private var decoder: ZstdDecoder?

  init() {}

  /// Adds the payload of a frame whose header the message has checked.
  ///
  /// - Parameter windowLimit: the largest window that a compressed frame may ask for.
  /// - Returns: the message's digest with its last frame.
  mutating func add(
    _ payload: ByteBuffer, header: FrameHeader, to message: inout DataMessage, windowLimit: UInt32
  ) throws(WireError) -> ContentDigest? {
    let isLast = header.flags.contains(.end)
    guard header.codec == .zstd else { return message.append(payload, isLast: isLast) }
    if decoder == nil {
      guard let made = ZstdDecoder() else { throw WireError(.internal, "no memory for a decompressor") }
      decoder = consume made
    }
    return message.append(try decompress(payload, header.plainLength, windowLimit), isLast: isLast)
  }

  private func decompress(_ payload: ByteBuffer, _ plainLength: UInt32, _ windowLimit: UInt32) throws(WireError)
    -> [UInt8]
  {
    guard let plain = try decoder?.decompress(payload, plainLength: plainLength, windowLimit: windowLimit) else {
      throw WireError(.internal, "no decompressor")
    }
    return plain
  }
}
