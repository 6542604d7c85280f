internal import NIOCore

extension ServerConnection {
  /// Reads on by one step; false when bytes are missing.
  mutating func step() throws(WireError) -> Bool {
    if outbox.backlog > configuration.backlogLimit {
      throw WireError(.calm, "\(outbox.backlog) answers wait for a client that does not read them")
    }
    if case .preface(let offset) = phase {
      let read = try decoder.readPreface(at: offset)
      guard read == Preface.bytes.count else {
        phase = .preface(read)
        return false
      }
      phase = .hello
    }
    if decoder.header == nil {
      guard let header = try decoder.readHeader(rules) else { return false }
      if header.type == .data { try prepareData(header) }
    }
    guard let header = decoder.header, let payload = decoder.readPayload() else { return false }
    let started = frameStarted ?? now
    frameStarted = decoder.isInsideFrame ? now : nil
    lastFrame = now
    switch payload {
    case .whole(let payload): try handle(header, payload, started: started)
    case .damaged: try handleDamage(header)
    case .skipped: break
    }
    return true
  }

  private var rules: FrameRules {
    let types: [MessageType] =
      switch phase {
      case .preface, .hello: [.hello]
      case .authentication: [.auth, .ping]
      case .open: [.open, .data, .cancel, .ping, .info]
      case .closed: []
      }
    return FrameRules(
      types: types, version: version, codecs: codecs, chunkLimit: configuration.limits.maxChunk,
      openLimit: configuration.limits.maxOpen, lastOpened: lastOpened)
  }

  private mutating func handle(
    _ header: FrameHeader, _ payload: ByteBuffer, started: ContinuousClock.Instant
  ) throws(WireError) {
    let id = header.requestID
    switch header.type {
    case .hello: try handleHello(payload)
    case .auth:
      let auth = try Auth.decode(payload)
      undecided = .authentication
      actions.append(.authenticate(token: auth.token))
    case .open: try handleOpen(id, try Open.decode(payload), started: started)
    case .data: try handleData(header, payload)
    case .cancel:
      _ = try Cancel.decode(payload)
      try handleCancel(id)
    case .ping:
      let ping = try Ping.decode(payload)
      guard pings.admit(now) else { throw WireError(.calm, "pings closer than \(configuration.limits.pingInterval)") }
      outbox.send(Pong(token: ping.token), version: version)
    case .info:
      let info = try InfoRequest.decode(payload)
      guard infos.admit(now) else { throw WireError(.calm, "more than one INFO a second") }
      actions.append(.info(model: info.model))
    default: throw WireError(.protocol, "\(header.type) is not legal here")
    }
  }

  /// The length is trusted, so the stream goes on behind a damaged payload.
  private mutating func handleDamage(_ header: FrameHeader) throws(WireError) {
    let id = header.requestID
    let error = WireError(.payloadCRC, "\(header.type) of id \(id): payload_crc is wrong")
    switch header.type {
    case .open:
      lastOpened = id
      skipped = 0
      try refuseOpen(id, error.disclosed())
    case .data:
      try glitches.count(now)
      end(id, error.disclosed())
    // Nothing can be damaged in an empty payload: the sender is at fault.
    case .cancel: throw WireError(.protocol, "CANCEL with payload_crc of something")
    default: throw error
    }
  }

  private mutating func handleHello(_ payload: ByteBuffer) throws(WireError) {
    let hello = try Hello.decode(payload)
    guard let common = ProtocolVersion.spoken.last(where: hello.versions.contains) else {
      throw WireError(.version, "no common version in \(hello.versions)")
    }
    let commonCodecs = hello.codecs.filter(Codec.spoken.contains)
    let limits = configuration.limits
    let grease = Grease(seed: configuration.instance)
    outbox.send(
      HelloAck(
        version: common, state: state, authentication: configuration.authentication,
        helloCRC: CRC32C.checksum(payload), instance: configuration.instance, limits: limits,
        codecs: Array(commonCodecs.prefix(Codec.spoken.count)) + [grease.codec], agent: configuration.agent,
        extensions: [grease.tlv]),
      version: .unnegotiated)
    version = common
    codecs = [.identity] + commonCodecs
    answerEncoding = BodyEncoding(
      chunkLimit: min(hello.largestChunk, limits.maxChunk, MessageType.largestChunk),
      codec: commonCodecs.first ?? .identity)
    phase = configuration.authentication == .token ? .authentication : .open
    phaseStarted = now
  }

  private mutating func handleOpen(
    _ id: RequestID, _ open: Open, started: ContinuousClock.Instant
  ) throws(WireError) {
    lastOpened = id
    skipped = 0
    let limits = configuration.limits
    do throws(SegmentationError) {
      try open.check(limits)
    } catch {
      return try refuseOpen(id, error, model: open.model)
    }
    guard open.total <= credit else {
      throw WireError(.credit, "OPEN of \(open.total) bytes with a credit of \(credit)")
    }
    guard requests.count < limits.maxInflight else {
      throw WireError(.credit, "OPEN of id \(id) with \(requests.count) requests open")
    }
    do throws(SegmentationError) {
      let model = try findModel(for: open, id: id)
      let budget = min(
        open.budget == 0 ? limits.defaultBudget : .milliseconds(Int64(open.budget)), limits.maxBudget)
      let request = ServerRequest(open: open, model: model, started: started, deadline: started + budget)
      requests[id] = request
      undecided = .admission(id)
      actions.append(
        .admit(
          OpenRequest(
            id: id, open: open, model: model, deadline: request.deadline,
            resultBound: open.outputs.resultBound(
              pixels: open.pixels, height: open.height, classes: model.classes.count) ?? limits.maxResult)))
    } catch {
      try refuseOpen(id, error, model: open.model)
    }
  }

  private func findModel(for open: Open, id: RequestID) throws(SegmentationError) -> ModelDescription {
    if let lastTaken, id > lastTaken { throw SegmentationError(.draining) }
    let name = open.model.isEmpty ? models.first?.name : open.model
    guard intake.takes(name) else {
      // It goes away before it can answer: another server may.
      if state == .draining { throw SegmentationError(.draining) }
      throw SegmentationError(.notReady, retryAfter: .seconds(1))
    }
    // Current ones come first, so that one of any generation is the current one.
    let model = models.first { $0.name == name && (open.generation == 0 || $0.generation == open.generation) }
    guard let model else { throw SegmentationError(.unknownModel) }
    try open.check(model, configuration.limits)
    return model
  }

  /// Decides, before a payload is waited for, whether anybody wants it.
  private mutating func prepareData(_ header: FrameHeader) throws(WireError) {
    switch requests[header.requestID]?.stage {
    case .receiving, .undecided:
      do throws(WireError) {
        try requests[header.requestID]?.message.check(header)
      } catch {
        decoder.skipPayload()
        try glitches.count(now)
        end(header.requestID, error.disclosed(ending: .request))
      }
    case .computing, .sending: throw WireError(.protocol, "DATA of id \(header.requestID) behind its END")
    case nil:
      decoder.skipPayload()
      skipped += UInt64(header.plainLength)
      guard skipped <= configuration.limits.credit else {
        throw WireError(.credit, "\(skipped) bytes of DATA for finished ids")
      }
    }
  }

  private mutating func handleData(_ header: FrameHeader, _ payload: ByteBuffer) throws(WireError) {
    let id = header.requestID
    guard var request = requests.removeValue(forKey: id) else { return }
    lastInput = now
    let digest: ContentDigest?
    do throws(WireError) {
      digest = try chunks.add(
        payload, header: header, to: &request.message, windowLimit: configuration.limits.maxChunk)
    } catch {
      requests[id] = request
      try glitches.count(now)
      return end(id, error.disclosed(ending: .request))
    }
    guard let digest else {
      requests[id] = request
      return
    }
    guard digest == request.open.digest else {
      requests[id] = request
      try glitches.count(now)
      return end(id, SegmentationError(.digest))
    }
    let bytes = request.message.bytes
    request.message = DataMessage(total: 0)
    request.stage = .computing
    requests[id] = request
    actions.append(.request(complete(id, request, bytes)))
  }

  private func complete(_ id: RequestID, _ request: ServerRequest, _ bytes: [UInt8]) -> CompleteRequest {
    let open = request.open
    let image: SegmentationRequest.Image = open.input == InputKind.png.rawValue ? .png(bytes) : .rgb8(bytes)
    return CompleteRequest(
      id: id,
      request: SegmentationRequest(
        image: image, width: Int(open.width), height: Int(open.height), outputs: open.outputs,
        model: request.model.name, generation: request.model.generation,
        priority: RequestPriority(rawValue: open.priority) ?? .normal, deadline: request.deadline),
      model: request.model, inputDigest: open.digest, started: request.started, traceparent: open.traceparent,
      encoding: answerEncoding)
  }

  private mutating func handleCancel(_ id: RequestID) throws(WireError) {
    // A finished id costs nobody anything.
    guard let request = requests[id], !request.isCancelled else { return }
    try glitches.count(now)
    if request.stage == .computing {
      requests[id]?.isCancelled = true
      actions.append(.cancel(id))
    } else {
      end(id, SegmentationError(.cancelled))
    }
  }
}
