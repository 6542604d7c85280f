package import NIOCore

/// Cuts a byte stream into frames, however the bytes were split on their way.
///
/// It buffers what it was given and nothing it was promised: a payload is waited for only after the rules, which hold
/// its limit, let its header pass.
package struct FrameDecoder {
  /// A frame, or what is left of it.
  package enum Payload: Hashable, Sendable {
    /// As it was sent.
    case whole(ByteBuffer)
    /// The payload's checksum is wrong; its length was right.
    case damaged
    /// The payload was dropped unread, as ``FrameDecoder/skipPayload()`` asked.
    case skipped
  }

  private var buffer = ByteBuffer()
  private var expected = SequenceNumber.first
  private var toSkip: UInt32?
  /// The header whose payload has not been read yet.
  package private(set) var header: FrameHeader?

  package init() {}

  /// Whether some bytes of a frame are there and others are not.
  package var isInsideFrame: Bool { header != nil || buffer.readableBytes > 0 }

  /// Takes the next bytes of the stream.
  package mutating func append(_ bytes: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      buffer.discardReadBytes()
      buffer.writeImmutableBuffer(bytes)
    }
  }

  /// Forgets what is buffered; for a stream that is given up.
  package mutating func clear() {
    buffer = ByteBuffer()
    header = nil
    toSkip = nil
  }

  /// Takes bytes that stand before the first frame, as far as they are there.
  package mutating func readPreface(at offset: Int) throws(WireError) -> Int {
    precondition(header == nil, "FrameDecoder: a preface stands before every frame")
    var offset = offset
    while offset < Preface.bytes.count, let byte = buffer.readInteger(as: UInt8.self) {
      guard byte == Preface.bytes[offset] else {
        throw WireError(.protocol, "byte \(offset) of the preface is \(byte), not \(Preface.bytes[offset])")
      }
      offset += 1
    }
    return offset
  }

  /// Reads the next header once all of it is there, and checks it against the rules.
  ///
  /// - Precondition: the payload of the header before was read.
  package mutating func readHeader(_ rules: FrameRules) throws(WireError) -> FrameHeader? {
    precondition(header == nil, "FrameDecoder: the payload before was not read")
    guard let next = try FrameHeader(reading: &buffer) else { return nil }
    try rules.check(next, expecting: expected)
    expected.advance()
    header = next
    return next
  }

  /// Drops the current payload as its bytes come.
  package mutating func skipPayload() {
    precondition(header != nil, "FrameDecoder: no frame to skip")
    toSkip = header?.wireLength
  }

  /// Reads the current payload once all of it is there.
  ///
  /// - Precondition: ``header`` is not nil.
  package mutating func readPayload() -> Payload? {
    guard let header else { preconditionFailure("FrameDecoder: no header was read") }
    if let left = toSkip {
      let count = min(Int(left), buffer.readableBytes)
      buffer.moveReaderIndex(forwardBy: count)
      guard count == Int(left) else {
        toSkip = left - UInt32(count)
        return nil
      }
      toSkip = nil
      self.header = nil
      return .skipped
    }
    guard let payload = buffer.readSlice(length: Int(header.wireLength)) else { return nil }
    self.header = nil
    return CRC32C.checksum(payload) == header.payloadCRC ? .whole(payload) : .damaged
  }
}
