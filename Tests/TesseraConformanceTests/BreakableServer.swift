import NIOCore
import NIOPosix
import TesseraProtocol

/// A server of one state machine a connection, with frames changed on their way in and out.
struct BreakableServer: Sendable {
  let breakage: Breakage
  var token: [UInt8]?

  /// Runs it on a free port while `body` runs.
  func run<T: Sendable>(_ body: (Int) async throws -> T) async throws -> T {
    let server = self
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(BreakableHandler(server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<T, any Error>
    do {
      result = .success(try await body(channel.localAddress?.port ?? 0))
    } catch {
      result = .failure(error)
    }
    try await channel.close()
    return try result.get()
  }
}

/// The transport of a state machine; it computes on the loop, since the toy takes no time.
private final class BreakableHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let server: BreakableServer
  private let service = ToyService()
  private let configuration: ServerConfiguration
  private var connection: ServerConnection
  private var incoming = ByteBuffer()
  private var hasPreface = false
  private var sequence = SequenceNumber.first
  private var deadlines: [RequestID: ContinuousClock.Instant] = [:]
  private var timer: Scheduled<Void>?
  private var isEnding = false

  init(_ server: BreakableServer) {
    self.server = server
    var configuration = ServerConfiguration(instance: 0x4000_0000_0000_0001)
    if server.token != nil { configuration.authentication = .token }
    server.breakage.configure(&configuration)
    self.configuration = configuration
    connection = ServerConnection(configuration, models: [service.model], state: .ready, now: .now)
  }

  func channelActive(context: ChannelHandlerContext) { pump(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    incoming.writeImmutableBuffer(unwrapInboundIn(data))
    while let bytes = nextBytes() {
      connection.receive(bytes, now: .now)
      pump(context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return }
    if isEnding { return context.close(promise: nil) }
    connection.receiveEnd(now: .now)
    pump(context)
    if isEnding { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) { timer?.cancel() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// What the state machine may see next: all bytes, or where frames are changed, one of them.
  private func nextBytes() -> ByteBuffer? {
    guard let change = server.breakage.incoming, hasPreface else {
      if server.breakage.incoming != nil {
        guard incoming.readableBytes >= 8, let preface = incoming.readSlice(length: 8) else {
          return nil
        }
        hasPreface = true
        return preface
      }
      let all = incoming.readSlice(length: incoming.readableBytes)
      return all?.readableBytes == 0 ? nil : all
    }
    guard incoming.readableBytes >= FrameHeader.byteCount,
      let frame = MutableFrame(reading: incoming)
    else { return nil }
    let length = frame.header.type.payloadLimit
    guard frame.header.wireLength <= length else {
      // The header alone is what is wrong.
      var frame = frame
      frame.payload = []
      change(&frame)
      incoming.moveReaderIndex(forwardBy: FrameHeader.byteCount)
      return ByteBuffer(bytes: frame.bytes)
    }
    let whole = FrameHeader.byteCount + Int(frame.header.wireLength)
    guard incoming.readableBytes >= whole else { return nil }
    incoming.moveReaderIndex(forwardBy: whole)
    var changed = frame
    change(&changed)
    return ByteBuffer(bytes: changed.bytes)
  }

  private func pump(_ context: ChannelHandlerContext) {
    var hasMore = true
    while hasMore {
      hasMore = false
      while let action = connection.nextAction() { perform(action) }
      while let frame = connection.nextFrame() {
        hasMore = true
        write(frame, context)
      }
    }
    context.flush()
    connection.written(now: .now)
    if connection.isClosed, !isEnding {
      isEnding = true
      context.close(mode: .output, promise: nil)
    }
    schedule(context)
  }

  private func write(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
    guard let parsed = MutableFrame(reading: frame) else { return }
    let isAltered = parsed.header.type == .pong
    for var out in server.breakage.outgoing(parsed) {
      // What the breakage did to the number stays done; what it adds moves the others.
      let shift = out.header.sequence.rawValue &- parsed.header.sequence.rawValue
      out.header.sequence = SequenceNumber(rawValue: sequence.rawValue &+ (isAltered ? shift : 0))
      sequence.advance()
      context.write(wrapOutboundOut(ByteBuffer(bytes: out.bytes)), promise: nil)
    }
  }

  private func schedule(_ context: ChannelHandlerContext) {
    timer?.cancel()
    guard let next = connection.nextTimeout, !isEnding else { return }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(
      in: TimeAmount(max(ContinuousClock.now.duration(to: next), .zero))
    ) {
      let (handler, context) = bound.value
      handler.connection.expire(now: .now)
      handler.pump(context)
    }
  }

  private func perform(_ action: ServerAction) {
    switch action {
    case .authenticate(let shown):
      if Auth.matches(shown, server.token ?? []) {
        connection.authenticated()
      } else {
        connection.rejectAuthentication()
      }
    case .admit(let request):
      deadlines[request.id] = request.deadline
      connection.admit(request.id)
    case .request(let complete): compute(complete)
    case .cancel(let id): connection.fail(id, SegmentationError(.cancelled))
    case .info(let name): inform(name)
    case .close: break
    }
  }

  private func compute(_ complete: CompleteRequest) {
    let isLate = deadlines[complete.id].map { $0 <= .now } ?? false
    guard !isLate || server.breakage.ignoresDeadlines else {
      return connection.fail(complete.id, SegmentationError(.deadline))
    }
    do throws(SegmentationError) {
      let result = try service.answer(complete.request)
      let encoded = try EncodedResult(
        result, for: complete, maxResult: configuration.limits.maxResult)
      connection.respond(complete.id, encoded)
    } catch {
      connection.fail(complete.id, error)
    }
  }

  private func inform(_ name: String) {
    let isKnown = name.isEmpty || name == service.model.name || server.breakage.knowsEveryName
    connection.inform(
      InfoAnswer(
        state: .ready, reason: 0, queued: 0, queueLimit: 64, sinceCanary: .zero,
        models: isKnown ? [ModelSummary(service.model, namesClasses: !name.isEmpty)] : []))
  }
}

extension MutableFrame {
  /// Reads a header, whole or damaged, and as much of its payload as is there; nil where bytes are missing.
  init?(reading buffer: ByteBuffer) {
    var buffer = buffer
    guard var fields = buffer.readSlice(length: FrameHeader.byteCount),
      let covered = fields.getSlice(at: fields.readerIndex, length: 28),
      let told = fields.getInteger(
        at: fields.readerIndex + 28, endianness: .little, as: UInt32.self)
    else { return nil }
    let right = CRC32C.checksum(covered)
    fields.setInteger(right, at: fields.readerIndex + 28, endianness: .little)
    guard let header = try? FrameHeader(reading: &fields) else { return nil }
    let count = min(Int(header.wireLength), buffer.readableBytes)
    self.init(
      header: header, isHeaderIntact: told == right, payload: buffer.readBytes(length: count) ?? [])
  }
}
