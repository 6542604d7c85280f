import NIOCore
import TesseraLabels

@testable import TesseraProtocol

/// What one frame says, in the words of the vectors, and the bytes that this library writes for it.
struct FrameMeaning {
  let header: [String: UInt64]
  let message: [String: JSONValue]
  let bytes: [UInt8]

  /// Reads a whole frame as the side would that it is meant for.
  ///
  /// - Parameter namesClasses: whether the question before an INFO's answer named a model.
  init(_ frame: [UInt8], namesClasses: Bool) throws(WireError) {
    var rest = ByteBuffer(bytes: frame)
    guard let header = try FrameHeader(reading: &rest) else { throw WireError(.protocol, "no header") }
    let id = header.requestID
    let rules = FrameRules(
      types: MessageType.assigned, version: header.version, codecs: [.identity, .zstd],
      lastOpened: header.type == .open ? RequestID(rawValue: id.rawValue &- 1) : id)
    try rules.check(header, expecting: header.sequence)
    guard let payload = rest.readSlice(length: Int(header.wireLength)), rest.readableBytes == 0 else {
      throw WireError(.protocol, "a payload of another length")
    }
    guard CRC32C.checksum(payload) == header.payloadCRC else { throw WireError(.payloadCRC, "a damaged payload") }
    let (message, written) = try Self.read(header, payload, namesClasses: namesClasses)
    self.message = message
    self.header = [
      "wire_len": UInt64(header.wireLength), "plain_len": UInt64(header.plainLength), "id": id.rawValue,
      "type": UInt64(header.type.rawValue), "flags": UInt64(header.flags.rawValue),
      "codec": UInt64(header.codec.rawValue), "version": UInt64(header.version.rawValue),
      "seq": UInt64(header.sequence.rawValue), "payload_crc": UInt64(header.payloadCRC),
    ]
    var bytes = ByteBuffer()
    var resealed = header
    resealed.wireLength = UInt32(written.readableBytes)
    resealed.payloadCRC = CRC32C.checksum(written)
    resealed.encode(into: &bytes)
    self.bytes = bytes.array + written.array
  }

  private static func read(
    _ header: FrameHeader, _ payload: ByteBuffer, namesClasses: Bool
  ) throws(WireError) -> ([String: JSONValue], ByteBuffer) {
    switch header.type {
    case .hello:
      let hello = try Hello.decode(payload)
      return (meaning(hello), hello.encoded())
    case .helloAck:
      let ack = try HelloAck.decode(payload)
      return (meaning(ack), ack.encoded())
    case .auth:
      let auth = try Auth.decode(payload)
      return (["method": .natural(1), "token": .hex(auth.token)], auth.encoded())
    case .authOK:
      let ok = try AuthOK.decode(payload)
      return (["seconds": .number(ok.secondsValid)], ok.encoded())
    case .open:
      let open = try Open.decode(payload)
      return (meaning(open), open.encoded())
    case .data, .resultData: return (try meaning(of: payload, header), payload)
    case .result:
      let result = try ResultMessage.decode(payload)
      return (meaning(result), result.encoded())
    case .error:
      let error = try ErrorMessage.decode(payload)
      return (meaning(error.error), error.encoded())
    case .cancel: return ([:], try Cancel.decode(payload).encoded())
    case .ping: return (["bytes": .hex(payload.array)], try Ping.decode(payload).encoded())
    case .pong: return (["bytes": .hex(payload.array)], try Pong.decode(payload).encoded())
    case .info:
      let info = try InfoRequest.decode(payload)
      return (["model": .string(info.model)], info.encoded())
    case .infoAnswer:
      let answer = try InfoAnswer.decode(payload, namesClasses: namesClasses)
      return (meaning(answer, namesClasses), answer.encoded())
    default:
      let goAway = try GoAway.decode(payload)
      return (meaning(goAway), goAway.encoded())
    }
  }

  private static func meaning(_ tlvs: [TLV]) -> JSONValue {
    .array(tlvs.map { .array([.number($0.id.rawValue), .hex($0.value)]) })
  }

  private static func meaning(_ hello: Hello) -> [String: JSONValue] {
    [
      "largest_data": .number(hello.largestChunk), "versions": .naturals(hello.versions.map(\.rawValue)),
      "codecs": .naturals(hello.codecs.map(\.rawValue)), "agent": .string(hello.agent),
      "tlvs": meaning(hello.extensions),
    ]
  }

  private static func meaning(_ ack: HelloAck) -> [String: JSONValue] {
    let limits = ack.limits
    return [
      "version": .number(ack.version.rawValue), "state": .number(ack.state.rawValue),
      "auth": .number(ack.authentication.rawValue), "hello_crc": .number(ack.helloCRC),
      "instance": .number(ack.instance), "max_chunk": .number(limits.maxChunk), "max_open": .number(limits.maxOpen),
      "max_inflight": .number(limits.maxInflight), "max_side": .number(limits.maxSide),
      "max_pixels": .number(limits.maxPixels), "max_message": .number(limits.maxMessage),
      "max_result": .number(limits.maxResult), "credit": .number(limits.credit),
      "default_budget_ms": .number(limits.defaultBudget.wireMilliseconds),
      "max_budget_ms": .number(limits.maxBudget.wireMilliseconds), "idle_ms": .number(limits.idle.wireMilliseconds),
      "ping_min_ms": .number(limits.pingInterval.wireMilliseconds),
      "frame_ms": .number(limits.frame.wireMilliseconds),
      "write_stall_ms": .number(limits.writeStall.wireMilliseconds), "codecs": .naturals(ack.codecs.map(\.rawValue)),
      "agent": .string(ack.agent), "tlvs": meaning(ack.extensions),
    ]
  }

  private static func meaning(_ open: Open) -> [String: JSONValue] {
    [
      "input": .number(open.input), "layout": .number(open.layout), "outputs": .number(open.outputs.rawValue),
      "width": .number(open.width), "height": .number(open.height), "channels": .number(open.channels),
      "bits": .number(open.bits), "priority": .number(open.priority), "total": .number(open.total),
      "budget_ms": .number(open.budget), "generation": .number(open.generation), "digest": .hex(open.digest.bytes),
      "model": .string(open.model), "tlvs": meaning(open.extensions),
    ]
  }

  private static func meaning(of payload: ByteBuffer, _ header: FrameHeader) throws(WireError) -> [String: JSONValue] {
    var chunks = ChunkReader()
    // A message of this one frame alone; END is kept aside, as the vector may have more to come.
    var message = DataMessage(total: UInt64(header.plainLength))
    var last = header
    last.flags = .end
    guard let digest = try chunks.add(payload, header: last, to: &message, windowLimit: 1 << 20) else {
      throw WireError(.sizeMismatch, "the frame is no whole message")
    }
    var meaning: [String: JSONValue] = [
      "end": .bool(header.flags.contains(.end)), "plain_sha256": .hex(digest.bytes),
    ]
    if message.bytes.count <= 64 { meaning["plain"] = .hex(message.bytes) }
    return meaning
  }

  private static func meaning(_ result: ResultMessage) -> [String: JSONValue] {
    let receipt = result.receipt
    return [
      "width": .number(result.width), "height": .number(result.height), "classes": .number(result.classes),
      "label_bytes": .number(result.classes > 256 ? 2 : 1 as UInt8), "generation": .number(receipt.generation),
      "batch": .number(UInt64(receipt.batchSize)), "decode_us": .number(receipt.decodeTime.wireMicroseconds),
      "queue_us": .number(receipt.queueTime.wireMicroseconds),
      "compute_us": .number(receipt.computeTime.wireMicroseconds), "weights_digest": .hex(receipt.weightsDigest.bytes),
      "input_digest": .hex(result.inputDigest.bytes), "pixels_digest": .hex(receipt.pixelsDigest.bytes),
      "output_digest": .hex(result.outputDigest.bytes), "total": .number(result.total),
      "model": .string(receipt.model),
      "sections": .array(
        result.sections.map { .array([.number($0.kind), .number($0.elementBytes), .number($0.length)]) }),
    ]
  }

  private static func meaning(_ error: SegmentationError) -> [String: JSONValue] {
    [
      "code": .number(error.code.rawValue), "scope": .number(error.scope.rawValue),
      "retry": .number(error.retry.rawValue), "retry_after_ms": .number(error.retryAfter.wireMilliseconds),
      "detail": .number(error.detail), "text": .string(error.message),
    ]
  }

  private static func meaning(_ answer: InfoAnswer, _ named: Bool) -> [String: JSONValue] {
    let models = answer.models.map { model -> JSONValue in
      .object([
        "name": .string(model.name), "generation": .number(model.generation),
        "weights_digest": .hex(model.weightsDigest.bytes), "class_count": .number(model.classCount),
        "inputs": .number(model.inputs), "outputs": .number(model.outputs.rawValue),
        "min_side": .number(model.minimumSide), "side_multiple": .number(model.sideMultiple),
        "max_pixels": .number(model.maximumPixels),
        "classes": .array(
          model.classes.map { item in
            let color = item.color
            return .array([.string(item.name)] + [color.red, color.green, color.blue].map { .number($0) })
          }),
      ])
    }
    return [
      "state": .number(answer.state.rawValue), "reason": .number(answer.reason), "named": .bool(named),
      "queued": .number(answer.queued), "queue_limit": .number(answer.queueLimit),
      "canary_ms": .number(answer.sinceCanary.wireMilliseconds), "models": .array(models),
    ]
  }

  private static func meaning(_ goAway: GoAway) -> [String: JSONValue] {
    [
      "last_id": .number(goAway.lastID.rawValue), "grace_ms": .number(goAway.grace.wireMilliseconds),
      "code": .number(goAway.code.rawValue),
    ]
  }
}
