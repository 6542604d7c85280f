internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// Fields of headers that say what they may not, on a PING or DATA.
  static let headers: [Check] = [
    ping(
      .header, "header-crc-one-bit-off", "header_crc is the CRC-32C of bytes 0 to 27", .headerCRC,
      crc: { $0 ^ 1 }),
    ping(.header, "header-crc-zero", "header_crc is never left out", .headerCRC, crc: { _ in 0 }),
    ping(
      .header, "header-crc-big-endian", "integers are little-endian", .headerCRC, crc: { $0.byteSwapped }
    ),
    ping(
      .header, "header-crc-without-final-xor", "the final XOR is 0xFFFFFFFF", .headerCRC,
      crc: { ~$0 }),
    ping(.header, "version-0-behind-hello", "frames carry the version agreed on", .version) {
      $0.version = .unnegotiated
    },
    ping(.header, "version-2", "frames carry the version agreed on", .version) {
      $0.version = ProtocolVersion(rawValue: 2)
    },
    Check(.header, "hello-of-version-1", "HELLO carries version 0") { talk in
      talk.preface()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView)) { $0.version = .one }
      talk.expect(.fatal(.version, version: 0, not: .helloAck))
    },
    ping(.header, "flags-end-on-ping", "END is on DATA only", .protocol) { $0.flags = .end },
    ping(.header, "flags-bit-1", "bits other than END are 0", .protocol) {
      $0.flags = FrameFlags(rawValue: 2)
    },
    ping(.header, "flags-bit-7", "bits other than END are 0", .protocol) {
      $0.flags = FrameFlags(rawValue: 128)
    },
    Check(.header, "flags-bit-1-on-data", "bits other than END are 0") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      talk.frame(.data, image.bytes, id: 1) { $0.flags = FrameFlags(rawValue: 3) }
      talk.expect(.fatal(.protocol))
    },
    ping(.header, "codec-1-on-ping", "codec 1 is on DATA only", .protocol) {
      $0.codec = .zstd
      $0.plainLength = 9
    },
    ping(.header, "codec-2-on-ping", "codec is 0 on everything but DATA", .protocol) {
      $0.codec = Codec(rawValue: 2)
    },
    ping(.header, "seq-repeated", "seq counts up by one", .sequence) { $0.sequence = .first },
    ping(.header, "seq-skipped", "seq counts up by one", .sequence) {
      $0.sequence = SequenceNumber(rawValue: $0.sequence.rawValue + 1)
    },
    Check(.header, "seq-starts-at-1", "seq starts at 0") { talk in
      talk.preface()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView)) {
        $0.sequence = SequenceNumber(rawValue: 1)
      }
      talk.expect(.fatal(.sequence, version: 0, not: .helloAck))
    },
  ]

  /// Two faults in one frame, of which the first in order is told; and limits, which need no payload.
  static let checkOrder: [Check] =
    [
      ping(
        .order, "header-crc-before-version", "HEADER_CRC is found before VERSION", .headerCRC,
        alter: { $0.version = .unnegotiated }, crc: { $0 ^ 1 }),
      ping(.order, "version-before-type", "VERSION is found before an unknown type", .version) {
        $0.version = .unnegotiated
        $0.type = MessageType(rawValue: 0x7f)
      },
      ping(.order, "limit-before-seq", "LIMIT is found before SEQ", .limit, headerOnly: true) {
        $0.wireLength = 9
        $0.plainLength = 9
        $0.sequence = .first
      },
      ping(
        .order, "flags-before-limit", "flags are found before LIMIT", .protocol, headerOnly: true
      ) {
        $0.wireLength = 9
        $0.plainLength = 9
        $0.flags = .end
      },
      ping(.order, "seq-before-payload-crc", "SEQ is found before PAYLOAD_CRC", .sequence) {
        $0.sequence = .first
        $0.payloadCRC ^= 1
      },
      ping(.order, "lengths-disagree-more", "codec 0: wire_len = plain_len", .protocol) {
        $0.plainLength += 1
      },
      ping(.order, "lengths-disagree-less", "codec 0: wire_len = plain_len", .protocol) {
        $0.plainLength -= 1
      },
      overLimit("limit-ping", .ping, 9), overLimit("limit-info", .info, 257),
      overLimit("limit-largest", .ping, .max),
      overLimit("limit-cancel", .cancel, 1, id: 1),
      Check(.order, "limit-open", "an OPEN over max_open is refused on its header", openOverLimit),
      Check(.order, "limit-data", "DATA over max_chunk is refused on its header") {
        (talk: inout Script) throws(Skip) in
        let image = try talk.facts.image()
        try talk.shake()
        talk.open(image)
        let length = min(talk.facts.limits.maxChunk, MessageType.largestChunk) + 1
        talk.frame(.data, id: 1, headerOnly: true) {
          $0.wireLength = length
          $0.plainLength = length
        }
        talk.expect(.fatal(.limit))
      },
      Check(.order, "limit-hello", "a HELLO over 1,024 bytes is refused on its header") { talk in
        talk.preface()
        talk.frame(.hello, headerOnly: true) {
          $0.wireLength = 1025
          $0.plainLength = 1025
        }
        talk.expect(.fatal(.limit, version: 0))
      },
      Check(.order, "codec-1-that-does-not-shrink", "codec 1: wire_len < plain_len") {
        (talk: inout Script) throws(Skip) in
        try talk.requireZstd()
        let image = try talk.facts.image()
        try talk.shake()
        talk.open(image)
        talk.data(zstd: [1, 2, 3, 4], plainLength: 4)
        talk.expect(.fatal(.protocol))
      },
      Check(.data, "data-empty", "DATA is never empty") { (talk: inout Script) throws(Skip) in
        let image = try talk.facts.image()
        try talk.shake()
        talk.open(image)
        talk.frame(.data, id: 1) { $0.flags = .end }
        talk.expect(.fatal(.protocol))
      },
    ]

  private static let openOverLimit: @Sendable (inout Script) throws(Skip) -> Void = {
    talk throws(Skip) in
    try talk.shake()
    let length = min(talk.facts.limits.maxOpen, 4096) + 1
    talk.frame(.open, id: 1, headerOnly: true) {
      $0.wireLength = length
      $0.plainLength = length
    }
    talk.expect(.fatal(.limit))
  }

  /// Payloads that changed on their way.
  static let damagedPayloads: [Check] = [
    ping(.order, "payload-crc-ping", "a damaged payload with id 0 ends the connection", .payloadCRC) {
      $0.payloadCRC ^= 1
    },
    ping(.order, "payload-crc-zero", "payload_crc is never left out", .payloadCRC) {
      $0.payloadCRC = 0
    },
    Check(.order, "payload-crc-hello", "a damaged HELLO ends the connection") { talk in
      talk.preface()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView)) { $0.payloadCRC ^= 1 }
      talk.expect(.fatal(.payloadCRC, version: 0, not: .helloAck))
    },
    Check(.order, "payload-crc-open", "a damaged OPEN ends its request alone") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(.open, [UInt8](repeating: 0, count: 65), id: 1) { $0.payloadCRC ^= 1 }
      talk.expect(.refused(1, .payloadCRC))
      talk.expectMore()
    },
    Check(.order, "payload-crc-open-counts", "the id of a damaged OPEN counts as opened") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.frame(.open, [UInt8](repeating: 0, count: 65), id: 1) { $0.payloadCRC ^= 1 }
      talk.expect(.refused(1, .payloadCRC))
      talk.open(image)
      talk.expect(.fatal(.protocol))
    },
    Check(
      .order, "payload-crc-data",
      "damaged DATA ends its request alone, and the stream goes on behind it"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      talk.frame(.data, Array(image.bytes.prefix(6)), id: 1) { $0.payloadCRC ^= 1 }
      talk.expect(.refused(1, .payloadCRC))
      talk.request(image, id: 2)
      talk.expect(.answer(2))
    },
    Check(.order, "payload-crc-cancel", "CANCEL has no bytes that could be damaged") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      talk.frame(.cancel, id: 1) { $0.payloadCRC = 1 }
      talk.expect(.fatal(.protocol))
    },
  ]

  /// Types that a client may not say.
  static let types: [Check] = unassigned + ofServers

  private static let unassigned: [Check] = ([0x00, 0x03, 0x13, 0x22, 0x7f] as [UInt8]).map { number in
    let name = "type-\(hexadecimal([number]))"
    return Check(.types, name, "unassigned types are errors") { (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(MessageType(rawValue: number))
      talk.expect(.fatal(.protocol))
    }
  }

  private static let ofServers: [Check] = serverTypes.map { type in
    let name = "type-of-servers-\(hexadecimal([type.rawValue]))"
    return Check(.types, name, "bit 7 of a client's type is 0") { (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(type, Script.token)
      talk.expect(.fatal(.protocol))
    }
  }

  private static let serverTypes: [MessageType] = [
    .helloAck, .authOK, .result, .resultData, .error, .pong, .infoAnswer, .goAway,
  ]

  /// Ids that do not suit their type.
  static let ids: [Check] = [
    ping(.types, "id-of-ping", "PING has id 0", .protocol) {
      $0.requestID = RequestID(rawValue: 1)
    },
    id("id-of-info", .info, [0], 1, "INFO has id 0"),
    id("id-0-of-data", .data, [1], 0, "DATA has an id that was opened"),
    id("id-of-data-not-opened", .data, [1], 1, "DATA has an id that was opened"),
    id("id-of-cancel-not-opened", .cancel, [], 1, "CANCEL has an id that was opened"),
    id("id-0-of-cancel", .cancel, [], 0, "CANCEL has an id that was opened"),
    id("id-0-of-open", .open, [UInt8](repeating: 0, count: 65), 0, "OPEN has an id of 1 or more"),
    id("id-largest-of-open", .open, [UInt8](repeating: 0, count: 65), .max, "2⁶⁴−1 is no id"),
    Check(.types, "id-of-open-repeated", "ids are never used again") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image, id: 5)
      talk.expect(.answer(5))
      talk.open(image, id: 5)
      talk.expect(.fatal(.protocol))
    },
    Check(.types, "id-of-open-falling", "an id is larger than every one before") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image, id: 5)
      talk.open(image, id: 4)
      talk.expect(.fatal(.protocol))
    },
    Check(.types, "id-gaps", "ids may leave gaps") { (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image, id: 7)
      talk.request(image, id: 1 << 40)
      talk.expect(.answer(7))
      talk.expect(.answer(1 << 40))
    },
  ]

  private static func id(
    _ name: String, _ type: MessageType, _ payload: [UInt8], _ id: UInt64, _ rule: String
  ) -> Check {
    Check(.types, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(type, payload, id: id)
      talk.expect(.fatal(.protocol))
    }
  }

  /// A PING with a fault.
  static func ping(
    _ section: SpecificationSection, _ name: String, _ rule: String, _ code: ErrorCode,
    headerOnly: Bool = false,
    alter: @escaping @Sendable (inout FrameHeader) -> Void = { _ in },
    crc: @escaping @Sendable (UInt32) -> UInt32 = { $0 }
  ) -> Check {
    Check(section, name, rule) { (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(.ping, Script.token, headerOnly: headerOnly, alter: alter, crc: crc)
      talk.expect(.fatal(code, not: .pong))
    }
  }

  private static func overLimit(
    _ name: String, _ type: MessageType, _ length: UInt32, id: UInt64 = 0
  ) -> Check {
    Check(.order, name, "a payload over its type's limit is refused on its header") {
      (talk: inout Script) throws(Skip) in
      let image = try id > 0 ? talk.facts.image() : nil
      try talk.shake()
      if let image { talk.open(image, id: id) }
      talk.frame(type, id: id, headerOnly: true) {
        $0.wireLength = length
        $0.plainLength = length
      }
      talk.expect(.fatal(.limit))
    }
  }
}
