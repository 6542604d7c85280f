import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import TesseraProtocol

/// A connection on which a test says any bytes it likes.
struct RawConnection: Sendable {
  private let channel: any Channel
  private let received: AsyncStream<ByteBuffer>

  /// - Parameters:
  ///   - reads: whether it takes what the server sends.
  ///   - tls: encrypts it, without sharing the client's rules.
  ///   - prelude: is sent first, in front of TLS.
  static func open(
    _ port: Int, reads: Bool = true, tls: NIOSSLContext? = nil, prelude: [UInt8] = []
  ) async throws -> Self {
    let (received, continuation) = AsyncStream<ByteBuffer>.makeStream()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: reads)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 18 : 4096)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if !prelude.isEmpty { try channel.pipeline.syncOperations.addHandler(Prelude(prelude)) }
          if let tls {
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: "localhost")
            try channel.pipeline.syncOperations.addHandler(handler)
          }
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return Self(channel: channel, received: received)
  }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// Sends and does not wait until the bytes are out.
  func sendLater(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

  /// Everything that comes until the server ends the connection.
  func readToEnd() async -> ByteBuffer {
    var all = ByteBuffer()
    for await buffer in received { all.writeImmutableBuffer(buffer) }
    return all
  }

  func endInput() async throws { try await channel.close(mode: .output) }

  /// Closes with a reset, as a process does that dies with bytes unread.
  func reset() async throws {
    try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    await close()
  }

  /// Closes both sides without waiting.
  func abandon() { channel.close(promise: nil) }

  /// Closes both sides; the server may have been quicker.
  func close() async { try? await channel.close() }

  private final class Prelude: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func channelActive(context: ChannelHandlerContext) {
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
      context.fireChannelActive()
    }
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case ChannelEvent.inputClosed = event { continuation.finish() }
    }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

/// Writes a client's frames by hand.
struct RawFrames {
  private var sealer = FrameSealer()

  /// Preface and HELLO.
  mutating func hello() -> [UInt8] {
    let hello = Hello(largestChunk: 1 << 20, versions: [.one], codecs: [.identity], agent: "raw")
    let frame = sealer.seal(.hello, id: .connection, version: .unnegotiated, payload: hello.encoded())
    return Preface.bytes + Array(frame.readableBytesView)
  }

  /// AUTH with another method, or with a token.
  mutating func auth(method: UInt8 = 1, _ token: [UInt8]) -> [UInt8] {
    var payload = Auth(token: token).encoded()
    payload.setInteger(method, at: payload.readerIndex)
    return Array(sealer.seal(.auth, id: .connection, version: .one, payload: payload).readableBytesView)
  }

  mutating func ping() -> [UInt8] {
    let frame = sealer.seal(.ping, id: .connection, version: .one, payload: Ping(token: 7).encoded())
    return Array(frame.readableBytesView)
  }

  mutating func cancel(_ id: UInt64) -> [UInt8] {
    let frame = sealer.seal(.cancel, id: RequestID(rawValue: id), version: .one, payload: ByteBuffer())
    return Array(frame.readableBytesView)
  }

  /// OPEN for a picture, and its DATA where it is wanted.
  mutating func request(
    _ id: UInt64, _ pixels: [UInt8], width: UInt32 = 16, height: UInt32 = 12, outputs: OutputSet = .labels,
    withData: Bool = true
  ) -> [UInt8] {
    let id = RequestID(rawValue: id)
    let open = Open(
      input: .rgb8, outputs: outputs, width: width, height: height, total: UInt64(pixels.count),
      digest: ContentDigest(of: pixels))
    var bytes = Array(sealer.seal(.open, id: id, version: .one, payload: open.encoded()).readableBytesView)
    if withData {
      let chunk = Chunk(codec: .identity, plainLength: UInt32(pixels.count), wire: ByteBuffer(bytes: pixels))
      bytes += Array(sealer.seal(chunk, type: .data, id: id, version: .one, isLast: true).readableBytesView)
    }
    return bytes
  }
}

extension RawFrames {
  /// A request whose answer, with 40 classes, is of 6.5 MB: more than sockets buffer.
  mutating func largeRequest(_ id: UInt64) -> [UInt8] {
    request(id, picture(1, width: 256, height: 160), width: 256, height: 160, outputs: .probabilitiesF32)
  }
}

/// Reads a server's frames.
struct FrameReader {
  private var decoder = FrameDecoder()
  private let types: [MessageType] = [.helloAck, .result, .resultData, .error, .pong, .infoAnswer, .goAway]

  init(_ bytes: ByteBuffer) { decoder.append(bytes) }

  /// The next frame of any version, checked; nil where the bytes end.
  mutating func next() throws -> (header: FrameHeader, payload: ByteBuffer)? {
    let version: ProtocolVersion = isGreeted ? .one : .unnegotiated
    guard let header = try decoder.readHeader(FrameRules(types: types, version: version, lastOpened: .max)),
      case .whole(let payload)? = decoder.readPayload()
    else { return nil }
    if header.type == .helloAck { isGreeted = true }
    return (header, payload)
  }

  /// The errors among all frames.
  mutating func errors() throws -> [(id: RequestID, error: SegmentationError)] {
    var errors: [(RequestID, SegmentationError)] = []
    while let (header, payload) = try next() {
      if header.type == .error { errors.append((header.requestID, try ErrorMessage.decode(payload).error)) }
    }
    return errors
  }

  private var isGreeted = false
}
