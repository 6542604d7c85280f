internal import NIOCore
internal import TesseraProtocol

extension Check {
  /// Starts that are no preface.
  static let prefaces: [Check] = foreignStarts + splitsAndEnds

  private static let foreignStarts: [Check] = otherStarts.map { (name, rule, start) in
    Check(.preface, name, rule) { talk in
      talk.send(start)
      talk.expect(.fatal(.protocol, version: 0))
    }
  }

  private static let splitsAndEnds: [Check] = [
    Check(.preface, "preface-missing", "the preface stands before HELLO") { talk in
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView))
      talk.expect(.fatal(.protocol, version: 0))
    },
    Check(
      .preface, "split-everywhere", "bytes may be split on their way wherever they like",
      variants: 88
    ) {
      talk, variant in
      var bytes = Preface.bytes
      let hello = Hello(largestChunk: 1 << 20, versions: [.one], codecs: [.identity], agent: "")
      bytes += talk.bytes(.hello, Array(hello.encoded().readableBytesView))
      bytes += talk.bytes(.ping, Script.token)
      let cut = min(variant + 1, bytes.count - 1)
      talk.send(Array(bytes[..<cut]))
      talk.pause(.milliseconds(2))
      talk.send(Array(bytes[cut...]))
      talk.expect(.helloAck())
      talk.expect(.pong(Script.token))
    },
    Check(.preface, "request-byte-by-byte", "a request whose bytes come one by one is answered") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      let open = Open(for: image)
      for byte in talk.bytes(.open, Array(open.encoded().readableBytesView), id: 1) {
        talk.send([byte])
      }
      talk.data(image.bytes)
      talk.expect(.answer())
    },
    Check(
      .preface, "half-close-answer",
      "answers to whole requests still come behind a half-close, then the end"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.request(image)
      talk.end()
      talk.expect(.answer())
      talk.expect(.end)
    },
    Check(
      .preface, "half-close-incomplete",
      "a request whose DATA is not complete by then ends with CANCELLED"
    ) {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake()
      talk.open(image)
      talk.data(Array(image.bytes.dropLast()), end: false)
      talk.end()
      talk.expect(.refused(1, .cancelled))
      talk.expect(.end)
    },
    Check(.preface, "half-close-idle", "a half-close with nothing open ends the connection") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.end()
      talk.expect(.end)
    },
  ]

  private static let otherStarts: [(String, String, [UInt8])] = [
    (
      "preface-http", "the first 8 bytes are the preface, not another protocol's",
      Array("GET / HTTP/1.1\r\n".utf8)
    ),
    (
      "preface-tls", "TLS is spoken on the TLS port only",
      [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]
    ),
    (
      "preface-proxy", "a PROXY header stands only where the server is told to expect one",
      Array("PROXY TCP4 192.0.2.1 192.0.2.2 49152 7450\r\n".utf8)
    ),
    (
      "preface-line-ends", "bytes are not text: CR LF stays",
      [0x89, 0x54, 0x53, 0x50, 0x0a, 0x1a, 0x0a, 0x00]
    ),
    (
      "preface-line-feed", "bytes are not text: LF stays LF",
      [0x89, 0x54, 0x53, 0x50, 0x0d, 0x0a, 0x1a, 0x0d]
    ),
    (
      "preface-seven-bits", "the transport carries 8 bits",
      [0x09, 0x54, 0x53, 0x50, 0x0d, 0x0a, 0x1a, 0x0a]
    ),
    (
      "preface-png", "the preface is that of TSP, not of PNG",
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    ),
  ]

  /// Greetings, and their order.
  static let states: [Check] = [
    beforeHello("open-before-hello", .open, [UInt8](repeating: 0, count: 65), id: 1),
    beforeHello("ping-before-hello", .ping, Script.token),
    beforeHello("auth-before-hello", .auth, [1, 1, 0, 9]),
    beforeHello("info-before-hello", .info, [0]),
    Check(.states, "hello-twice", "HELLO comes once") { (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView)) { $0.version = .one }
      talk.expect(.fatal(.protocol))
    },
    Check(.states, "nothing-behind-a-fault", "behind a fault of scope 1 nothing more is read") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      talk.frame(MessageType(rawValue: 0x7f))
      talk.ping()
      talk.expect(.fatal(.protocol))
      talk.expect(.noPong)
    },
    Check(.states, "several-in-one-segment", "frames that come together are answered in order") {
      (talk: inout Script) throws(Skip) in
      try talk.shake()
      let bytes = talk.bytes(.ping, Script.token) + talk.bytes(.ping, Array("another!".utf8))
      talk.send(bytes)
      talk.expect(.pongs([Script.token, Array("another!".utf8)]))
    },
  ]

  private static func beforeHello(
    _ name: String, _ type: MessageType, _ payload: [UInt8], id: UInt64 = 0
  ) -> Check {
    Check(.states, name, "HELLO is the first frame") { talk in
      talk.preface()
      talk.frame(type, payload, id: id) { $0.version = .unnegotiated }
      talk.expect(.fatal(.protocol, version: 0))
    }
  }

  /// How versions and codecs are agreed on.
  static let negotiation: [Check] = greases + agreements

  private static let greases: [Check] = greasedOffers.map { (name, rule, versions, codecs, tlvs) in
    Check(.negotiation, name, rule) { talk in
      talk.hello(
        Hello(
          largestChunk: 1 << 20, versions: versions.map(ProtocolVersion.init),
          codecs: codecs.map(Codec.init),
          agent: "", extensions: tlvs.map { TLV(TLV.ID(rawValue: $0), [1, 2, 3]) }
        ).encoded())
      talk.expectMore()
    }
  }

  private static let agreements: [Check] = [
    noCommonVersion("version-none", []), noCommonVersion("version-others", [2, 3, 255]),
    noCommonVersion("version-grease-only", [0x0a, 0xfa]),
    Check(.negotiation, "ping-before-hello-ack", "PING may come before HELLO_ACK is read") {
      talk in
      talk.preface()
      talk.frame(.hello, Array(Script.helloPayload.readableBytesView))
      talk.ping()
      talk.expect(.pong(Script.token))
    },
    Check(.negotiation, "codec-not-agreed", "DATA uses only codecs that were agreed on") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake(codecs: [.identity])
      talk.open(image)
      talk.data(zstd: [1, 2, 3], plainLength: UInt32(min(image.bytes.count, 1000)))
      talk.expect(.fatal(.protocol))
    },
    Check(.negotiation, "codec-grease-spoken", "grease is never spoken") {
      (talk: inout Script) throws(Skip) in
      let image = try talk.facts.image()
      try talk.shake(codecs: [.identity, Codec(rawValue: 0x4a)])
      talk.open(image)
      talk.frame(.data, image.bytes, id: 1) {
        $0.codec = Codec(rawValue: 0x4a)
        $0.flags = .end
      }
      talk.expect(.fatal(.protocol))
    },
    Check(.negotiation, "codec-0-always", "codec 0 may be used where another was agreed on") {
      (talk: inout Script) throws(Skip) in
      try talk.requireZstd()
      let image = try talk.facts.image()
      try talk.shake(codecs: [.zstd])
      talk.request(image)
      talk.expect(.answer())
    },
  ]

  private static let greasedOffers: [(String, String, [UInt8], [UInt8], [UInt16])] = [
    (
      "version-grease-first", "unknown versions in front are skipped", [0x0a, 0x7a, 0xfa, 1], [0],
      []
    ),
    ("version-grease-last", "unknown versions behind are skipped", [1, 2, 0x3a], [0], []),
    ("codec-grease", "unknown codecs are skipped", [1], [0x1a, 0x4a, 0, 7], []),
    ("codecs-none", "identity is understood without mention", [1], [], []),
    ("tlv-grease", "TLVs of the form 0x?A?A are skipped", [1], [0], [0x0a0a, 0xfafa]),
  ]

  private static func noCommonVersion(_ name: String, _ versions: [UInt8]) -> Check {
    Check(.negotiation, name, "no common version is VERSION") { talk in
      talk.preface()
      let hello = Hello(
        largestChunk: 1 << 20, versions: versions.map(ProtocolVersion.init), codecs: [.identity],
        agent: "")
      talk.frame(.hello, Array(hello.encoded().readableBytesView))
      talk.expect(.fatal(.version, version: 0))
    }
  }
}
