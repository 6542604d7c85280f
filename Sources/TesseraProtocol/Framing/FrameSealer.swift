package import NIOCore

/// Numbers the frames of one direction and puts header and payload together.
package struct FrameSealer {
  private var sequence = SequenceNumber.first

  package init() {}

  /// Writes one frame whose payload travels as it is.
  ///
  /// - Precondition: the payload is within its type's limit.
  package mutating func seal(
    _ type: MessageType, id: RequestID, version: ProtocolVersion, payload: ByteBuffer
  ) -> ByteBuffer {
    precondition(
      payload.readableBytes <= Int(type.payloadLimit), "\(type) of \(payload.readableBytes) bytes is over its limit")
    return seal(
      type, id: id, version: version, flags: [], codec: .identity, plainLength: UInt32(payload.readableBytes),
      payload: payload)
  }

  /// Writes one frame of DATA.
  package mutating func seal(
    _ chunk: Chunk, type: MessageType, id: RequestID, version: ProtocolVersion, isLast: Bool
  ) -> ByteBuffer {
    seal(
      type, id: id, version: version, flags: isLast ? .end : [], codec: chunk.codec, plainLength: chunk.plainLength,
      payload: chunk.wire)
  }

  private mutating func seal(
    _ type: MessageType, id: RequestID, version: ProtocolVersion, flags: FrameFlags, codec: Codec,
    plainLength: UInt32, payload: ByteBuffer
  ) -> ByteBuffer {
    let header = FrameHeader(
      wireLength: UInt32(payload.readableBytes), plainLength: plainLength, requestID: id, type: type, flags: flags,
      codec: codec, version: version, sequence: sequence, payloadCRC: CRC32C.checksum(payload))
    sequence.advance()
    var frame = ByteBuffer()
    frame.reserveCapacity(FrameHeader.byteCount + payload.readableBytes)
    header.encode(into: &frame)
    frame.writeImmutableBuffer(payload)
    return frame
  }
}
