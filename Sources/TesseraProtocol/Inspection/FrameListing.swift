internal import NIOCore

/// Frames that were recorded one after another, in words; the frames of one direction, or of both in any order.
///
/// Each frame is read by itself: what is legal when in a conversation is not judged.
public struct FrameListing: Sendable {
  /// A line for each frame, with lines for the fields of its message below it.
  public private(set) var lines: [String] = []
  /// Frames whose header could be read.
  public private(set) var frameCount = 0
  /// What is wrong, each with the byte where it is; after the first that loses the place nothing is read any more.
  public private(set) var faults: [String] = []

  /// Whether bytes look like recorded frames: they begin with the preface, or with a header of a known type.
  public static func isLikely(_ prefix: [UInt8]) -> Bool {
    if prefix.starts(with: Preface.bytes) { return true }
    guard prefix.count >= FrameHeader.byteCount else { return false }
    return MessageType.assigned.contains(MessageType(rawValue: prefix[16])) && prefix[19] <= 1 && prefix[18] <= 1
  }

  /// Reads frames, after the preface where there is one.
  public init(_ bytes: [UInt8]) {
    var buffer = ByteBuffer(bytes: bytes)
    if bytes.starts(with: Preface.bytes) {
      buffer.moveReaderIndex(forwardBy: Preface.bytes.count)
      lines.append("byte 0: preface")
    }
    // Without memory for zstd's context, compressed DATA stays unread, and every frame of it says so.
    let decoder = ZstdDecoder()
    while buffer.readableBytes > 0, readFrame(&buffer, decoder) {}
  }

  /// Reads the next frame; false where the place in the stream is lost.
  private mutating func readFrame(_ buffer: inout ByteBuffer, _ decoder: borrowing ZstdDecoder?) -> Bool {
    let start = buffer.readerIndex
    let header: FrameHeader
    do {
      guard let next = try FrameHeader(reading: &buffer) else {
        faults.append(
          "byte \(start): \(buffer.readableBytes) bytes follow; a frame header has \(FrameHeader.byteCount)")
        return false
      }
      header = next
    } catch {
      faults.append("byte \(start): \(error); frames behind it cannot be found")
      return false
    }
    frameCount += 1
    lines.append("byte \(start): \(header.inWords)")
    guard let payload = buffer.readSlice(length: Int(header.wireLength)) else {
      faults.append(
        "byte \(start + FrameHeader.byteCount): \(buffer.readableBytes) bytes follow; the payload of \(header.type) "
          + "has \(header.wireLength)")
      return false
    }
    guard CRC32C.checksum(payload) == header.payloadCRC else {
      let code = WireError(.payloadCRC, "payload_crc is \(hexadecimal(header.payloadCRC)), which the payload has not")
      faults.append("byte \(start + FrameHeader.byteCount): \(code)")
      return true
    }
    do {
      lines += try header.fields(of: payload, decoder).map { "    \($0.name): \($0.value)" }
    } catch {
      faults.append("byte \(start + FrameHeader.byteCount): \(error)")
    }
    return true
  }
}

func hexadecimal(_ number: some FixedWidthInteger & UnsignedInteger) -> String { "0x\(String(number, radix: 16))" }

extension FrameHeader {
  /// The fields in one line.
  fileprivate var inWords: String {
    let side = type.direction == .clientToServer ? "client" : "server"
    let bytes =
      wireLength == plainLength ? "\(wireLength) bytes" : "\(wireLength) bytes of \(plainLength) plain ones"
    return "\(type) from the \(side), \(bytes), id \(requestID), seq \(sequence), version \(version), \(codec), "
      + "flags \(flags == .end ? "END" : hexadecimal(flags.rawValue)), payload_crc \(hexadecimal(payloadCRC))"
  }

  /// The fields of the payload.
  ///
  /// - Throws: what a receiver would find wrong with it.
  fileprivate func fields(
    of payload: ByteBuffer, _ decoder: borrowing ZstdDecoder?
  ) throws(WireError) -> [MessageField] {
    switch type {
    case .hello: try MessageField.all(of: Hello.decode(payload))
    case .helloAck: try MessageField.all(of: HelloAck.decode(payload))
    case .auth: try MessageField.all(of: Auth.decode(payload))
    case .authOK: try MessageField.all(of: AuthOK.decode(payload))
    case .open: try MessageField.all(of: Open.decode(payload))
    case .result: try MessageField.all(of: ResultMessage.decode(payload))
    case .cancel: try MessageField.all(of: Cancel.decode(payload))
    case .error: try MessageField.all(of: ErrorMessage.decode(payload))
    case .ping: try MessageField.all(of: Ping.decode(payload))
    case .pong: try MessageField.all(of: Pong.decode(payload))
    case .info: try MessageField.all(of: InfoRequest.decode(payload))
    case .infoAnswer: try infoFields(payload)
    case .goAway: try MessageField.all(of: GoAway.decode(payload))
    case .data, .resultData: try dataFields(payload, decoder)
    default: throw WireError(.protocol, "\(type) is not assigned")
    }
  }

  /// Whether classes are named depends on a question that is not at hand: the reading that fits is taken.
  private func infoFields(_ payload: ByteBuffer) throws(WireError) -> [MessageField] {
    if let plain = try? InfoAnswer.decode(payload, namesClasses: false) { return MessageField.all(of: plain) }
    return MessageField.all(of: try InfoAnswer.decode(payload, namesClasses: true))
  }

  private func dataFields(
    _ payload: ByteBuffer, _ decoder: borrowing ZstdDecoder?
  ) throws(WireError) -> [MessageField] {
    guard plainLength <= MessageType.largestChunk else {
      throw WireError(.limit, "\(type) of \(plainLength) bytes; at most \(MessageType.largestChunk) are allowed")
    }
    let plain: [UInt8]
    switch codec {
    case .identity: plain = Array(payload.readableBytesView)
    case .zstd:
      let bytes = try decoder?.decompress(
        payload, plainLength: plainLength, windowLimit: MessageType.largestChunk)
      guard let bytes else { throw WireError(.internal, "no memory for zstd") }
      plain = bytes
    default: throw WireError(.codec, "\(codec) is unknown")
    }
    let start = plain.prefix(16).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }
    return [MessageField(name: "plain bytes", value: start.joined(separator: " ") + (plain.count > 16 ? " …" : ""))]
  }
}
