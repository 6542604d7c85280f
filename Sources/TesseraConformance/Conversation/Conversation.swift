internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import TesseraCredentials
internal import TesseraProtocol

/// A connection on which a check says any bytes it likes.
struct Conversation: ~Copyable {
  private let channel: any Channel
  private let arrivals: AsyncStream<Arrival>.Continuation
  private var iterator: AsyncStream<Arrival>.Iterator
  private var timers = 0
  private(set) var transcript = Transcript()

  /// What a connection brings.
  private enum Arrival: Sendable {
    /// TLS is there, with a protocol of ALPN.
    case secured(String?)
    case fault(TLSFault)
    case bytes(ByteBuffer)
    case end
    case time(Int)
  }

  /// - Parameters:
  ///   - header: stands in front of everything.
  ///   - patience: the longest that connecting takes.
  init(
    _ route: Route, _ handshake: Route.Handshake, header: [UInt8]?, within patience: Duration
  ) async throws(ConformanceError) {
    let (host, port) = (route.host, route.port)
    guard (1...Int(UInt16.max)).contains(port) else {
      throw .unreachable(host: host, port: port, reason: "a port lies in 1…65535")
    }
    let (stream, continuation) = AsyncStream<Arrival>.makeStream()
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(TimeAmount(patience))
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let header { try channel.pipeline.syncOperations.addHandler(Herald(header)) }
          if let tls = try route.handler(handshake) { try channel.pipeline.syncOperations.addHandler(tls) }
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
    do {
      // An address needs no name service, which hundreds of connections would ask.
      if let address = try? SocketAddress(ipAddress: host, port: port) {
        channel = try await bootstrap.connect(to: address).get()
      } else {
        channel = try await bootstrap.connect(host: host, port: port).get()
      }
    } catch {
      throw .unreachable(host: host, port: port, reason: Self.reason(of: error))
    }
    arrivals = continuation
    iterator = stream.makeAsyncIterator()
  }

  private static func reason(of error: any Error) -> String {
    let first = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
    guard let system = first as? IOError else { return "\(first)" }
    return String(cString: strerror(system.errnoCode))
  }

  /// Whether what is said stays on this machine.
  var isLocal: Bool { channel.remoteAddress?.isLoopback == true }

  /// Says bytes; where the server has hung up, they are lost, as what it said before will show.
  func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

  /// Ends the client's direction.
  func end() { channel.close(mode: .output, promise: nil) }

  /// Closes both directions; the server may have been quicker.
  consuming func close() async { try? await channel.close() }

  /// Takes what comes until an expectation is met or can be met no more; `.open` when the time is up.
  mutating func wait(for expectation: Expectation, within time: Duration) async
    -> Expectation.Judgement
  {
    let timer = startTimer(time)
    while true {
      let judgement = expectation.judge(transcript)
      guard case .open = judgement, !transcript.hasEnded, transcript.garbled == nil else {
        return judgement
      }
      guard await receive(until: timer) else { return .open }
    }
  }

  /// Takes what comes for a time.
  mutating func pause(_ time: Duration) async {
    let timer = startTimer(time)
    while await receive(until: timer) {}
  }

  private mutating func startTimer(_ time: Duration) -> Int {
    timers += 1
    let number = timers
    channel.eventLoop.scheduleTask(in: TimeAmount(time)) { [arrivals] in
      arrivals.yield(.time(number))
    }
    return number
  }

  /// False when the timer has gone off.
  private mutating func receive(until timer: Int) async -> Bool {
    switch await iterator.next(isolation: #isolation) {
    case .secured(let name): transcript.secure(name)
    case .fault(let fault): transcript.fail(fault)
    case .bytes(let bytes): transcript.receive(bytes)
    case .end: transcript.receiveEnd()
    case .time(let number): return number != timer
    case nil: return false
    }
    return true
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let arrivals: AsyncStream<Arrival>.Continuation

    init(_ arrivals: AsyncStream<Arrival>.Continuation) { self.arrivals = arrivals }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      arrivals.yield(.bytes(unwrapInboundIn(data)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      switch event {
      case TLSUserEvent.handshakeCompleted(let name): arrivals.yield(.secured(name))
      case ChannelEvent.inputClosed: arrivals.yield(.end)
      default: break
      }
    }

    func channelInactive(context: ChannelHandlerContext) { arrivals.yield(.end) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      if let fault = TLSFault(error) {
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        arrivals.yield(.fault(fault.explained(by: certificate)))
      }
      context.close(promise: nil)
    }
  }

  /// Says a proxy's header before anything else.
  private final class Herald: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let header: [UInt8]

    init(_ header: [UInt8]) { self.header = header }

    func channelActive(context: ChannelHandlerContext) {
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: header)), promise: nil)
      context.fireChannelActive()
    }
  }
}
