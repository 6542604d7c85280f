internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// TLVs and texts, at the end of HELLO and OPEN.
  static let textsAndTLVs: [Check] = endings("hello", sayHello) + endings("open", sayOpen)

  private static let brokenEndings: [(String, String, [UInt8], ErrorCode?)] = [
    ("tlv-one-byte", "TLVs are whole", [4], .protocol),
    ("tlv-without-length", "TLVs are whole", [4, 0], .protocol),
    ("tlv-cut", "TLVs are whole", [4, 0, 5, 0, 1, 2, 3, 4], .protocol),
    ("tlv-longest-and-cut", "TLVs are whole", [4, 0, 255, 255], .protocol),
    ("tlv-id-twice", "ids of TLVs rise strictly", [4, 0, 0, 0, 4, 0, 0, 0], .protocol),
    ("tlv-ids-falling", "ids of TLVs rise strictly", [6, 0, 0, 0, 4, 0, 0, 0], .protocol),
    ("tlv-critical-unknown", "an odd id must be understood", [3, 0, 0, 0], .version),
    (
      "tlv-even-unknown", "an even id that is not known is ignored", [0xfe, 0xff, 2, 0, 1, 2], nil
    ),
  ]

  /// What breaks the rules for TLVs.
  private static func endings(
    _ message: String,
    _ say: @escaping @Sendable (inout Script, [UInt8], ErrorCode?) throws(Skip) -> Void
  ) -> [Check] {
    brokenEndings.map { (name, rule, tail, code) in
      Check(.parts, "\(message)-\(name)", rule) { (talk: inout Script) throws(Skip) in
        try say(&talk, tail, code)
      }
    }
  }

  private static let plainHello: [UInt8] = [0, 0, 16, 0, 1, 1, 1, 0, 0]

  private static let sayHello: @Sendable (inout Script, [UInt8], ErrorCode?) throws(Skip) -> Void =
    { talk, tail, code in
      talk.preface()
      talk.frame(.hello, plainHello + tail)
      talk.expect(code.map { Expectation.fatal($0, version: 0, not: .helloAck) } ?? Expectation.helloAck())
    }

  private static let sayOpen: @Sendable (inout Script, [UInt8], ErrorCode?) throws(Skip) -> Void = {
    talk, tail, code throws(Skip) in
    let image = try talk.facts.image()
    try talk.shake()
    talk.frame(.open, openPayload(image) + tail, id: 1)
    if let code { return talk.expect(.fatal(code)) }
    talk.data(image.bytes)
    talk.expect(.answer())
  }

  private static func openPayload(_ image: TestImage) -> [UInt8] {
    let open = Open(for: image)
    return Array(open.encoded().readableBytesView)
  }

  /// HELLOs that cannot be read.
  static let hellos: [Check] = brokenHellos.map { (name, rule, payload) in
    Check(.hello, name, rule) { talk in
      talk.preface()
      talk.frame(.hello, payload)
      talk.expect(.fatal(.protocol, version: 0, not: .helloAck))
    }
  }

  private static let brokenHellos: [(String, String, [UInt8])] = [
    ("hello-empty", "every field is there", []),
    ("hello-cut-in-largest-data", "every field is there", [0, 0, 16]),
    ("hello-cut-before-versions", "every field is there", [0, 0, 16, 0]),
    ("hello-cut-in-versions", "every field is there", [0, 0, 16, 0, 2, 1]),
    ("hello-cut-before-codecs", "every field is there", [0, 0, 16, 0, 1, 1]),
    ("hello-cut-in-codecs", "every field is there", [0, 0, 16, 0, 1, 1, 3, 0]),
    ("hello-cut-before-agent", "every field is there", [0, 0, 16, 0, 1, 1, 1, 0]),
    ("hello-cut-in-agent", "every field is there", [0, 0, 16, 0, 1, 1, 1, 0, 3, 97]),
    (
      "hello-largest-data-65535", "largest DATA is at least 65,536",
      [255, 255, 0, 0, 1, 1, 1, 0, 0]
    ),
    ("hello-agent-no-utf8", "str8 is UTF-8", [0, 0, 16, 0, 1, 1, 1, 0, 2, 0xc3, 0x28]),
    (
      "hello-agent-surrogate", "str8 is UTF-8, which has no surrogates",
      [0, 0, 16, 0, 1, 1, 1, 0, 3, 0xed, 0xa0, 0x80]
    ),
    (
      "hello-agent-overlong", "str8 is UTF-8 in its shortest form",
      [0, 0, 16, 0, 1, 1, 1, 0, 2, 0xc0, 0xaf]
    ),
  ]

  /// What HELLO_ACK must say.
  static let helloAcks: [Check] = [
    ack("ack-version", "version is one that was offered", "version 1") {
      $0.version == .one ? nil : "version \($0.version)"
    },
    ack(
      "ack-hello-crc", "HELLO_ACK tells the CRC-32C of the HELLO received",
      "the CRC of the HELLO that was sent"
    ) {
      $0.helloCRC == CRC32C.checksum(Script.helloPayload)
        ? nil : "0x\(String($0.helloCRC, radix: 16))"
    },
    ack("ack-max-chunk", "max_chunk lies in 1…1,048,576", "max_chunk in its range") {
      (1...MessageType.largestChunk).contains($0.limits.maxChunk)
        ? nil : "max_chunk \($0.limits.maxChunk)"
    },
    ack("ack-max-inflight", "max_inflight is at least 1", "max_inflight of 1 or more") {
      $0.limits.maxInflight >= 1 ? nil : "max_inflight 0"
    },
    Check(.helloAck, "ack-codecs", "codecs are the common ones") { talk in
      talk.preface()
      let hello = Hello(largestChunk: 1 << 20, versions: [.one], codecs: [.identity], agent: "")
      talk.frame(.hello, Array(hello.encoded().readableBytesView))
      talk.expect(
        .helloAck("no codec that was not offered") { ack in
          let other = ack.codecs.first { $0 != .identity && $0.rawValue & 0x0f != 0x0a }
          return other.map { "\($0)" }
        })
    },
    Check(.helloAck, "ack-instance", "instance is the process's, on every connection") { talk in
      let instance = talk.facts.ack.instance
      talk.preface()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView))
      talk.expect(
        .helloAck("the instance of before") { $0.instance == instance ? nil : "another instance" })
    },
  ]

  private static func ack(
    _ name: String, _ rule: String, _ wanted: String,
    _ fault: @escaping @Sendable (HelloAck) -> String?
  ) -> Check {
    Check(.helloAck, name, rule) { talk in
      talk.preface()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView))
      talk.expect(.helloAck(wanted, fault))
    }
  }

  /// Tokens.
  static let auths: [Check] = refusedTokens + aroundTokens

  private static let refusedTokens: [Check] = brokenAuths.map { (name, rule, payload, code) in
    withToken(name, rule, .auth, payload, code)
  }

  private static let aroundTokens: [Check] = [
    withToken(
      "open-before-auth", "before AUTH_OK only AUTH and PING", .open,
      [UInt8](repeating: 0, count: 65), .protocol, id: 1),
    withToken("info-before-auth", "before AUTH_OK only AUTH and PING", .info, [0], .protocol),
    Check(.auth, "ping-before-auth", "PING is legal before AUTH") {
      (talk: inout Script) throws(Skip) in
      guard talk.facts.ack.authentication == .token else {
        throw Skip("the server asks for no token")
      }
      talk.hello()
      talk.expectMore()
    },
    Check(.auth, "auth-nobody-asked-for", "AUTH comes only where HELLO_ACK asks for it") {
      (talk: inout Script) throws(Skip) in
      guard talk.facts.ack.authentication != .token else {
        throw Skip("the server asks for a token")
      }
      talk.hello()
      talk.frame(.auth, [1, 1, 0, 115])
      talk.expect(.fatal(.protocol))
    },
    Check(.auth, "auth-twice", "AUTH comes once") { (talk: inout Script) throws(Skip) in
      guard talk.facts.ack.authentication == .token else {
        throw Skip("the server asks for no token")
      }
      try talk.shake()
      talk.frame(.auth, [1, 1, 0, 115])
      talk.expect(.fatal(.protocol))
    },
  ]

  private static let brokenAuths: [(String, String, [UInt8], ErrorCode)] = [
    ("auth-empty", "every field is there", [], ErrorCode.protocol),
    ("auth-cut", "every field is there", [1, 6, 0, 115], .protocol),
    ("auth-trailing-byte", "a payload ends with its last field", [1, 1, 0, 115, 115], .protocol),
    ("auth-method-0", "method is 1", [0, 1, 0, 115], .protocol),
    ("auth-method-2", "method is 1", [2, 1, 0, 115], .protocol),
    ("auth-wrong-token", "the token is the server's", [1, 3, 0, 1, 0, 255], .authentication),
    ("auth-no-token", "the token is the server's", [1, 0, 0], .authentication),
  ]

  private static func withToken(
    _ name: String, _ rule: String, _ type: MessageType, _ payload: [UInt8], _ code: ErrorCode,
    id: UInt64 = 0
  ) -> Check {
    Check(.auth, name, rule) { (talk: inout Script) throws(Skip) in
      guard talk.facts.ack.authentication == .token else {
        throw Skip("the server asks for no token")
      }
      talk.hello()
      talk.frame(type, payload, id: id)
      talk.expect(.fatal(code))
    }
  }

  /// OPENs that cannot be read.
  static let opens: [Check] = cutOpens + otherOpens

  private static let cutOpens: [Check] = ([0, 1, 4, 12, 16, 24, 31, 63, 64] as [Int]).map { cut in
    openPayloadCheck("open-cut-at-\(cut)", "every field is there") { Array($0.prefix(cut)) }
  }

  private static let otherOpens: [Check] = [
    openPayloadCheck("open-reserved-byte-15", "byte 15 is 0") {
      $0.enumerated().map { $0 == 15 ? 1 : $1 }
    },
    openPayloadCheck("open-model-cut", "every field is there") {
      $0.dropLast() + [4, 116, 111, 121]
    },
    openPayloadCheck("open-model-no-utf8", "str8 is UTF-8") { $0.dropLast() + [1, 0xff] },
    Check(
      .open, "traceparent", "a traceparent is taken, and one that cannot be read is ignored",
      variants: 2
    ) {
      (talk: inout Script, variant: Int) throws(Skip) in
      let trace: [UInt8] =
        variant == 0
        ? Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8) : [0xff, 0xfe]
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image) { $0.extensions = [TLV(.traceparent, trace)] }
      talk.expect(.answer())
    },
  ]

  private static func openPayloadCheck(
    _ name: String, _ rule: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) -> Check {
    Check(.open, name, rule) { (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.frame(.open, change(openPayload(image)), id: 1)
      talk.expect(.fatal(.protocol))
    }
  }
}
