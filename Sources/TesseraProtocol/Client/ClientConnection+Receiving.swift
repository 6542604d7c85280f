internal import NIOCore

extension ClientConnection {
  /// Reads on by one step; false when bytes are missing.
  mutating func step() throws(WireError) -> Bool {
    if decoder.header == nil {
      guard let header = try decoder.readHeader(rules) else { return false }
      try prepare(header)
    }
    guard let header = decoder.header, let payload = decoder.readPayload() else { return false }
    frameStarted = decoder.isInsideFrame ? now : nil
    switch payload {
    case .whole(let payload): try handle(header, payload)
    case .damaged: try handleDamage(header)
    case .skipped: if header.isTerminal { finish(header.requestID) }
    }
    return true
  }

  private var rules: FrameRules {
    let types: [MessageType] =
      switch phase {
      case .hello: [.helloAck, .error]
      case .authentication: [.authOK, .pong, .error, .goAway]
      case .open: [.result, .resultData, .error, .pong, .infoAnswer, .goAway]
      case .closed: []
      }
    return FrameRules(
      types: types, version: version, codecs: codecs, chunkLimit: chunkLimit, lastOpened: lastOpened)
  }

  private var chunkLimit: UInt32 {
    min(configuration.largestChunk, session?.limits.maxChunk ?? MessageType.largestChunk)
  }

  private mutating func handle(_ header: FrameHeader, _ payload: ByteBuffer) throws(WireError) {
    let id = header.requestID
    switch header.type {
    case .helloAck: try handleHelloAck(try HelloAck.decode(payload))
    case .authOK:
      _ = try AuthOK.decode(payload)
      becomeReady()
    case .result: try handleResult(id, try ResultMessage.decode(payload))
    case .resultData: try handleData(header, payload)
    case .error: try handleError(id, try ErrorMessage.decode(payload).error)
    case .pong:
      let pong = try Pong.decode(payload)
      guard pings.popFirst() == pong.token else { throw WireError(.protocol, "PONG without its PING") }
      actions.append(.pong(token: pong.token))
    case .infoAnswer:
      guard let namesClasses = infos.popFirst() else { throw WireError(.protocol, "INFO that nobody asked for") }
      actions.append(.info(try InfoAnswer.decode(payload, namesClasses: namesClasses)))
    case .goAway: handleGoAway(try GoAway.decode(payload))
    default: throw WireError(.protocol, "\(header.type) is not legal here")
    }
  }

  /// The length is trusted, so a damaged payload ends its id only.
  private mutating func handleDamage(_ header: FrameHeader) throws(WireError) {
    let error = WireError(.payloadCRC, "\(header.type) of id \(header.requestID): payload_crc is wrong")
    let id = header.requestID
    guard id != .connection else { throw error }
    guard requests[id] != nil else { throw WireError(.protocol, "\(header.type) for the finished id \(id)") }
    discard(id, error.disclosed())
    if header.isTerminal { finish(id) }
  }

  private mutating func handleHelloAck(_ ack: HelloAck) throws(WireError) {
    guard ProtocolVersion.spoken.contains(ack.version) else {
      throw WireError(.version, "the server chose version \(ack.version), which was not offered")
    }
    guard ack.helloCRC == CRC32C.checksum(hello.encoded()) else {
      throw WireError(.protocol, "the server received another HELLO than was sent")
    }
    version = ack.version
    let common = configuration.codecs.filter { ack.codecs.contains($0) && Codec.spoken.contains($0) }
    codecs = [.identity] + common
    credit = ack.limits.credit
    session = ClientSession(server: ack, codec: common.first ?? .identity)
    phaseStarted = now
    guard ack.authentication == .token else { return becomeReady() }
    guard let token = configuration.token else {
      throw WireError(.authentication, "the server wants a token and none is configured")
    }
    phase = .authentication
    outbox.send(Auth(token: token), version: version)
  }

  private mutating func becomeReady() {
    guard let session else { return }
    phase = .open
    phaseStarted = now
    actions.append(.ready(session))
  }

  private mutating func handleResult(_ id: RequestID, _ result: ResultMessage) throws(WireError) {
    guard var request = requests[id] else { throw WireError(.protocol, "RESULT for the finished id \(id)") }
    guard request.stage == .waiting else { throw WireError(.protocol, "RESULT of id \(id) too early or twice") }
    do throws(WireError) {
      try result.check(
        answering: request.open, maxResult: min(configuration.maxResult, session?.limits.maxResult ?? 0))
    } catch {
      guard error.code == .digest || error.code == .tooLarge else { throw error }
      return discard(id, error.disclosed())
    }
    request.stage = .receiving
    request.message = DataMessage(total: result.total)
    request.result = result
    requests[id] = request
  }

  /// Decides, before a payload is waited for, whether anybody wants it.
  private mutating func prepare(_ header: FrameHeader) throws(WireError) {
    let request = requests[header.requestID]
    if request?.stage == .discarding { return decoder.skipPayload() }
    guard header.type == .resultData else { return }
    guard request?.stage == .receiving else {
      throw WireError(.protocol, "DATA of id \(header.requestID) without its RESULT")
    }
    try request?.message.check(header)
  }

  private mutating func handleData(_ header: FrameHeader, _ payload: ByteBuffer) throws(WireError) {
    let id = header.requestID
    guard var request = requests.removeValue(forKey: id), let result = request.result else { return }
    let digest = try collect(id, &request, header, payload)
    guard let digest else { return }
    finish(id)
    guard digest == result.outputDigest else {
      return actions.append(.failed(id, SegmentationError(.digest, "the result was damaged on its way")))
    }
    actions.append(.result(id, ReceivedResult(message: result, bytes: request.message.bytes)))
  }

  /// Adds a frame to a request's result, and puts the request back whatever happens.
  private mutating func collect(
    _ id: RequestID, _ request: inout ClientRequest, _ header: FrameHeader, _ payload: ByteBuffer
  ) throws(WireError) -> ContentDigest? {
    do throws(WireError) {
      let digest = try chunks.add(payload, header: header, to: &request.message, windowLimit: chunkLimit)
      requests[id] = request
      return digest
    } catch {
      requests[id] = request
      throw error
    }
  }

  private mutating func handleError(_ id: RequestID, _ error: SegmentationError) throws(WireError) {
    guard error.scope == .request else { return close(error) }
    guard requests[id] != nil else { throw WireError(.protocol, "ERROR for id \(id), which is not open") }
    discard(id, error)
    finish(id)
  }

  private mutating func handleGoAway(_ goAway: GoAway) {
    isGoingAway = true
    for id in requests.keys.filter({ $0 > goAway.lastID }).sorted() {
      discard(id, SegmentationError(.draining))
    }
    actions.append(.goAway(goAway))
  }

  /// Tells the caller that a request failed; its frames are skipped up to the terminal one.
  private mutating func discard(_ id: RequestID, _ error: SegmentationError) {
    guard var request = requests[id], request.stage != .discarding else { return }
    outbox.drop(id)
    request.stage = .discarding
    request.message = DataMessage(total: 0)
    requests[id] = request
    actions.append(.failed(id, error))
  }

  /// Forgets a request whose terminal frame came.
  private mutating func finish(_ id: RequestID) {
    guard let request = requests.removeValue(forKey: id) else { return }
    credit += request.open.total
  }

  /// Ends the connection, and with it every request.
  mutating func close(_ error: SegmentationError) {
    guard phase != .closed else { return }
    for id in openRequests { actions.append(.failed(id, error)) }
    phase = .closed
    requests.removeAll()
    outbox.dropBodies()
    decoder.clear()
    actions.append(.close(error))
  }
}

extension FrameHeader {
  /// Whether nothing with this id follows; a header says so itself, whatever became of its payload.
  fileprivate var isTerminal: Bool { type == .error || type == .resultData && flags.contains(.end) }
}
