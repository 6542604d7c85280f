package import NIOCore

/// The 32 bytes before every payload.
///
/// Integers are unsigned, little-endian, of fixed width.
///
///      0               4               8              12
///     +---------------+---------------+-------------------------------+
///     |   wire_len    |   plain_len   |          request_id           |
///     +---+---+---+---+---------------+---------------+---------------+
///  16 |typ|flg|cod|ver|      seq      |  payload_crc  |  header_crc   |
///     +---+---+---+---+---------------+---------------+---------------+
///
/// `header_crc` covers the 28 bytes before it, `payload_crc` among them: header and payload cannot be spliced.
package struct FrameHeader: Hashable, Sendable {
  /// Payload bytes on the wire: 32 bits, far over any limit, bounded before one byte is buffered.
  package var wireLength: UInt32
  /// Payload bytes after decompression: budget and exact allocation.
  package var plainLength: UInt32
  package var requestID: RequestID
  package var type: MessageType
  package var flags: FrameFlags
  package var codec: Codec
  package var version: ProtocolVersion
  package var sequence: SequenceNumber
  /// CRC-32C of the payload as it travels.
  package var payloadCRC: UInt32

  /// Bytes of a header.
  package static let byteCount = 32

  package init(
    wireLength: UInt32, plainLength: UInt32, requestID: RequestID, type: MessageType, flags: FrameFlags,
    codec: Codec, version: ProtocolVersion, sequence: SequenceNumber, payloadCRC: UInt32
  ) {
    self.wireLength = wireLength
    self.plainLength = plainLength
    self.requestID = requestID
    self.type = type
    self.flags = flags
    self.codec = codec
    self.version = version
    self.sequence = sequence
    self.payloadCRC = payloadCRC
  }
}

extension FrameHeader {
  /// Writes the 32 bytes.
  package func encode(into buffer: inout ByteBuffer) {
    var fields = ByteBuffer()
    fields.reserveCapacity(Self.byteCount)
    fields.writeWire(wireLength)
    fields.writeWire(plainLength)
    fields.writeWire(requestID.rawValue)
    fields.writeWire(type.rawValue)
    fields.writeWire(flags.rawValue)
    fields.writeWire(codec.rawValue)
    fields.writeWire(version.rawValue)
    fields.writeWire(sequence.rawValue)
    fields.writeWire(payloadCRC)
    let crc = CRC32C.checksum(fields)
    buffer.writeImmutableBuffer(fields)
    buffer.writeWire(crc)
  }

  /// Reads the 32 bytes if all are there, and leaves the buffer alone if not.
  ///
  /// - Throws: HEADER_CRC where the checksum is wrong: then the position in the stream means nothing any more.
  package init?(reading buffer: inout ByteBuffer) throws(WireError) {
    guard var fields = buffer.readSlice(length: Self.byteCount) else { return nil }
    let covered = fields.getSlice(at: fields.readerIndex, length: Self.byteCount - 4)
    guard
      let covered,
      let (wireLength, plainLength) = fields.readMultipleIntegers(endianness: .little, as: (UInt32, UInt32).self),
      let id = fields.readInteger(endianness: .little, as: UInt64.self),
      let (type, flags, codec, version) = fields.readMultipleIntegers(
        as: (UInt8, UInt8, UInt8, UInt8).self),
      let (sequence, payloadCRC, headerCRC) = fields.readMultipleIntegers(
        endianness: .little, as: (UInt32, UInt32, UInt32).self)
    else { return nil }
    guard CRC32C.checksum(covered) == headerCRC else {
      throw WireError(.headerCRC, "header_crc is 0x\(String(headerCRC, radix: 16)), which the header does not have")
    }
    self.init(
      wireLength: wireLength, plainLength: plainLength, requestID: RequestID(rawValue: id),
      type: MessageType(rawValue: type), flags: FrameFlags(rawValue: flags), codec: Codec(rawValue: codec),
      version: ProtocolVersion(rawValue: version), sequence: SequenceNumber(rawValue: sequence),
      payloadCRC: payloadCRC)
  }
}
