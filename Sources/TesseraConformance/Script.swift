internal import NIOCore
internal import TesseraProtocol

/// Writes a conversation: what the client says, and what must come of it.
struct Script {
  /// One act of a conversation.
  enum Step: Sendable {
    case send([UInt8])
    case pause(Duration)
    /// The client ends its direction.
    case end
    case expect(Expectation)
  }

  let facts: ServerFacts
  private(set) var steps: [Step] = []
  /// How the connection begins below the protocol.
  var handshake = Route.Handshake.agreed
  /// What stands in front of the connection.
  var header: [UInt8]?
  private var sequence = SequenceNumber.first

  init(_ facts: ServerFacts) {
    self.facts = facts
    header = facts.route.proxyHeader
  }

  /// A peer that no handshake has told anything: it alone asks for facts.
  static let helloPayload = Hello(
    largestChunk: 1 << 20, versions: [.one], codecs: [.zstd, .identity], agent: "tessera conform"
  ).encoded()

  mutating func send(_ bytes: [UInt8]) { steps.append(.send(bytes)) }
  mutating func pause(_ time: Duration) { steps.append(.pause(time)) }
  mutating func end() { steps.append(.end) }
  mutating func expect(_ expectation: Expectation) { steps.append(.expect(expectation)) }

  /// Says one frame.
  ///
  /// - Parameters:
  ///   - headerOnly: leaves the payload out, though the header tells it.
  ///   - alter: changes the header before its checksum is made.
  ///   - crc: makes the header's checksum from the right one.
  mutating func frame(
    _ type: MessageType, _ payload: [UInt8] = [], id: UInt64 = 0, headerOnly: Bool = false,
    alter: (inout FrameHeader) -> Void = { _ in }, crc: (UInt32) -> UInt32 = { $0 }
  ) {
    send(bytes(type, payload, id: id, headerOnly: headerOnly, alter: alter, crc: crc))
  }

  /// One frame's bytes; it counts as said.
  mutating func bytes(
    _ type: MessageType, _ payload: [UInt8] = [], id: UInt64 = 0, headerOnly: Bool = false,
    alter: (inout FrameHeader) -> Void = { _ in }, crc: (UInt32) -> UInt32 = { $0 }
  ) -> [UInt8] {
    var header = FrameHeader(
      wireLength: UInt32(payload.count), plainLength: UInt32(payload.count),
      requestID: RequestID(rawValue: id),
      type: type, flags: [], codec: .identity, version: type == .hello ? .unnegotiated : .one,
      sequence: sequence,
      payloadCRC: CRC32C.checksum(payload))
    alter(&header)
    sequence = header.sequence
    sequence.advance()
    var buffer = ByteBuffer()
    header.encode(into: &buffer)
    let right = buffer.getInteger(at: 28, endianness: .little, as: UInt32.self) ?? 0
    buffer.setInteger(crc(right), at: 28, endianness: .little)
    if !headerOnly { buffer.writeBytes(payload) }
    return Array(buffer.readableBytesView)
  }

  /// Says the preface and nothing else.
  mutating func preface() { send(Preface.bytes) }

  /// Says preface and HELLO, and waits for the answer.
  mutating func hello(_ payload: ByteBuffer = Self.helloPayload) {
    preface()
    frame(.hello, Array(payload.readableBytesView))
    expect(.helloAck())
  }

  /// Makes a connection on which requests may be opened.
  mutating func shake(codecs: [Codec] = [.zstd, .identity]) throws(Skip) {
    hello(
      Hello(largestChunk: 1 << 20, versions: [.one], codecs: codecs, agent: "tessera conform")
        .encoded())
    guard facts.ack.authentication == .token else { return }
    guard let token = facts.token else {
      throw Skip("the server asks for a token, and none was given")
    }
    frame(.auth, Array(Auth(token: token).encoded().readableBytesView))
    expect(.authOK)
  }

  static let token = Array("tessera!".utf8)

  mutating func ping(_ token: [UInt8] = Self.token) { frame(.ping, token) }

  /// Pings and waits for the answer, which shows that the connection goes on.
  mutating func expectMore() {
    ping(Array("go on...".utf8))
    expect(.pong(Array("go on...".utf8)))
  }

  /// Opens a request for an image, whose labels are asked for.
  ///
  /// - Returns: what was said.
  @discardableResult
  mutating func open(
    _ image: TestImage, id: UInt64 = 1, alter: (inout Open) -> Void = { _ in }
  ) -> Open {
    var open = Open(for: image)
    alter(&open)
    frame(.open, Array(open.encoded().readableBytesView), id: id)
    return open
  }

  /// Says bytes of a request in frames of at most the server's limit.
  mutating func data(_ plain: [UInt8], id: UInt64 = 1, end: Bool = true) {
    let limit = Int(min(max(facts.limits.maxChunk, 1), MessageType.largestChunk))
    for start in stride(from: 0, to: plain.count, by: limit) {
      let part = Array(plain[start..<min(start + limit, plain.count)])
      let isLast = start + limit >= plain.count
      frame(.data, part, id: id) { $0.flags = end && isLast ? .end : [] }
    }
  }

  /// Says one compressed frame of DATA.
  mutating func data(zstd wire: [UInt8], plainLength: UInt32, id: UInt64 = 1, end: Bool = true) {
    frame(.data, wire, id: id) {
      $0.codec = .zstd
      $0.plainLength = plainLength
      $0.flags = end ? .end : []
    }
  }

  /// Asks for the labels of an image, whole.
  @discardableResult
  mutating func request(_ image: TestImage, id: UInt64 = 1, alter: (inout Open) -> Void = { _ in })
    -> Open
  {
    let open = open(image, id: id, alter: alter)
    data(image.bytes, id: id)
    return open
  }

  mutating func info(_ model: String) {
    frame(.info, Array(InfoRequest(model: model).encoded().readableBytesView))
  }

  /// Leaves the check out where the server does not speak zstd.
  func requireZstd() throws(Skip) {
    guard facts.codecs.contains(.zstd) else { throw Skip("the server does not speak zstd") }
  }
}

extension Open {
  /// Asks for the labels of an image.
  init(for image: TestImage) {
    self.init(
      input: .rgb8, outputs: .labels, width: image.width, height: image.height,
      total: UInt64(image.bytes.count),
      digest: ContentDigest(of: image.bytes))
  }
}
