internal import TesseraProtocol

/// Holds every frame that a server sent, in any conversation, against the rules for frames.
struct FrameAudit {
  /// A rule for the frames of servers.
  enum Rule: String, CaseIterable {
    case headerCRC = "server-header-crc"
    case payloadCRC = "server-payload-crc"
    case sequence = "server-seq"
    case version = "server-version"
    case type = "server-type"
    case flags = "server-flags"
    case codec = "server-codec"
    case id = "server-id"
    case lengths = "server-lengths"
    case limit = "server-limit"
    case fields = "server-fields"
    case errorScope = "server-error-scope"
    case errorRetry = "server-error-retry"
    case terminal = "server-terminal-frame"
    case resultFirst = "server-result-first"
    case compression = "server-zstd"

    var section: SpecificationSection {
      switch self {
      case .headerCRC, .payloadCRC, .sequence, .version, .flags, .codec: .header
      case .lengths: .order
      case .type, .id, .limit: .types
      case .fields: .parts
      case .errorScope: .error
      case .errorRetry: .codes
      case .terminal, .resultFirst: .answers
      case .compression: .compression
      }
    }

    var rule: String {
      switch self {
      case .headerCRC: "header_crc is the CRC-32C of bytes 0 to 27"
      case .payloadCRC: "payload_crc is the CRC-32C of the payload, 0 for none"
      case .sequence: "seq counts the server's frames from 0"
      case .version:
        "HELLO_ACK and an ERROR before it carry version 0, every other frame the version agreed on"
      case .type: "types are assigned, with bit 7 set"
      case .flags: "END is on DATA only, and no other flag is set"
      case .codec: "codec is 0, or on DATA one that was agreed on"
      case .id: "ids are 0 or were opened, as the type asks"
      case .lengths: "codec 0: wire_len = plain_len; codec 1: less; DATA is never empty"
      case .limit: "no payload is longer than its type allows"
      case .fields: "payloads hold every field, reserved ones 0, and end with the last"
      case .errorScope: "scope 0 carries the request's id, scope 1 id 0"
      case .errorRetry: "scope and retry are those of the code's row"
      case .terminal: "nothing with an id follows its terminal frame"
      case .resultFirst: "RESULT comes once, before its DATA"
      case .compression: "each compressed payload is one strict zstd frame"
      }
    }
  }

  private var faults: [Rule: String] = [:]
  private var seen: Set<Rule> = []

  /// Holds one conversation's frames against the rules.
  mutating func add(_ transcript: borrowing Transcript) {
    var isGreeted = false
    var requests: [RequestID: (result: Bool, ended: Bool)] = [:]
    let decoder = ZstdDecoder()
    for (number, frame) in transcript.frames.enumerated() {
      let header = frame.header
      check(.headerCRC, frame.isHeaderIntact, frame, "another")
      check(.payloadCRC, header.payloadCRC == CRC32C.checksum(frame.payload), frame, "another")
      check(
        .sequence, header.sequence.rawValue == UInt32(number), frame,
        "\(header.sequence) for frame \(number)")
      let version: UInt8 = header.type == .helloAck || !isGreeted ? 0 : 1
      check(.version, header.version.rawValue == version, frame, "version \(header.version)")
      checkHeader(frame)
      checkFields(frame)
      if header.codec == .zstd, header.type.isData, header.plainLength <= MessageType.largestChunk {
        let plain = try? decoder?.decompress(
          frame.buffer, plainLength: header.plainLength, windowLimit: MessageType.largestChunk)
        check(.compression, plain != nil, frame, "another payload")
      }
      if header.type == .helloAck { isGreeted = true }
      guard header.requestID > .connection else { continue }
      var request = requests[header.requestID] ?? (result: false, ended: false)
      check(.terminal, !request.ended, frame, "it")
      switch header.type {
      case .result:
        check(.resultFirst, !request.result, frame, "a second one")
        request.result = true
      case .resultData:
        check(.resultFirst, request.result, frame, "DATA without RESULT")
        if header.flags.contains(.end) { request.ended = true }
      case .error: request.ended = true
      default: break
      }
      requests[header.requestID] = request
    }
  }

  private mutating func checkHeader(_ frame: ReceivedFrame) {
    let header = frame.header
    let type = header.type
    let isKnown = MessageType.assigned.contains(type) && type.direction == .serverToClient
    check(.type, isKnown, frame, "type 0x\(String(type.rawValue, radix: 16))")
    guard isKnown else { return }
    let others = header.flags.subtracting(type.isData ? .end : [])
    check(.flags, others.isEmpty, frame, "flags 0x\(String(header.flags.rawValue, radix: 16))")
    check(
      .codec, header.codec == .identity || type.isData && header.codec == .zstd, frame,
      "\(header.codec)")
    let (wire, plain) = (header.wireLength, header.plainLength)
    let lengths = header.codec == .zstd ? wire < plain : wire == plain
    check(
      .lengths, lengths && (plain > 0 || !type.isData), frame,
      "\(wire) wire bytes for \(plain) plain ones")
    check(.limit, header.plainLength <= type.payloadLimit, frame, "\(header.plainLength) bytes")
    let id = header.requestID
    let isRight =
      switch type {
      case .result, .resultData: id > .connection
      case .error: true
      default: id == .connection
      }
    check(.id, isRight, frame, "id \(id)")
  }

  private mutating func checkFields(_ frame: ReceivedFrame) {
    do throws(WireError) {
      switch frame.header.type {
      case .helloAck: _ = try HelloAck.decode(frame.buffer)
      case .authOK: _ = try AuthOK.decode(frame.buffer)
      case .result: _ = try ResultMessage.decode(frame.buffer)
      case .pong: _ = try Pong.decode(frame.buffer)
      case .goAway: _ = try GoAway.decode(frame.buffer)
      case .error: check(try ErrorMessage.decode(frame.buffer).error, frame)
      default: return
      }
      seen.insert(.fields)
    } catch {
      check(.fields, false, frame, error.reason)
    }
  }

  private mutating func check(_ error: SegmentationError, _ frame: ReceivedFrame) {
    let isRequest = error.scope == .request
    check(
      .errorScope, isRequest == (frame.header.requestID > .connection), frame,
      "scope \(error.scope.rawValue) with id \(frame.header.requestID)")
    guard ErrorCode.assigned.contains(error.code) else { return }
    let scopes: [ErrorScope]
    switch error.code {
    case .payloadCRC, .timeout, .overloaded: scopes = [.request, .connection]
    default: scopes = [error.code.scope]
    }
    check(
      .errorRetry, scopes.contains(error.scope) && error.retry == error.code.retry, frame,
      "\(error.code) of scope \(error.scope.rawValue), retry \(error.retry.rawValue)")
  }

  private mutating func check(_ rule: Rule, _ isKept: Bool, _ frame: ReceivedFrame, _ came: String) {
    seen.insert(rule)
    if !isKept, faults[rule] == nil { faults[rule] = "\(frame.header.type) with \(came)" }
  }

  /// One finding for each rule.
  var findings: [Finding] {
    Rule.allCases.map { rule in
      let verdict: Verdict =
        if let fault = faults[rule] {
          .failed(expected: "every frame of the server to keep it", came: fault)
        } else {
          seen.contains(rule) ? .passed : .skipped("no frame came that could show it")
        }
      return Finding(
        section: rule.section.rawValue, name: rule.rawValue, rule: rule.rule, verdict: verdict)
    }
  }
}
