import NIOCore
import NIOPosix
import Synchronization
import TesseraProtocol

/// A server that answers by the book, but for what a script says.
final class ScriptedServer: Sendable {
  /// What becomes of a request.
  enum Act: Sendable {
    case answer(after: Duration = .zero)
    case fail(SegmentationError)
    /// Ends the connection by an error.
    case dismiss(SegmentationError)
    /// Says GOAWAY and answers.
    case answerAndGoAway
    /// Sends the announcement of the answer and closes.
    case dieMidAnswer
    /// Answers with another announcement.
    case alter(@Sendable (inout ResultMessage) -> Void)
    /// Answers with another byte.
    case damage
    /// Never answers.
    case ignore
  }

  typealias Script = @Sendable (_ number: Int, SegmentationRequest) -> Act

  private struct Seen {
    var connections = 0
    var open = 0
    var requests = 0
    var cancels = 0
    var inFlight = 0
    var mostInFlight = 0
    var budgets: [Duration] = []
  }

  let model = FakeService().model
  let instance: UInt64
  fileprivate let limits: ProtocolLimits
  fileprivate let state: ServerState
  fileprivate let script: Script
  private let seen = Mutex(Seen())

  private init(instance: UInt64, limits: ProtocolLimits, state: ServerState, script: @escaping Script) {
    self.instance = instance
    self.limits = limits
    self.state = state
    self.script = script
  }

  /// Connections that were ever made, and those that are open.
  var connections: Int { seen.withLock { $0.connections } }
  var openConnections: Int { seen.withLock { $0.open } }
  var requests: Int { seen.withLock { $0.requests } }
  var cancels: Int { seen.withLock { $0.cancels } }
  var mostInFlight: Int { seen.withLock { $0.mostInFlight } }
  /// What each OPEN left of its time.
  var budgets: [Duration] { seen.withLock { $0.budgets } }

  /// Runs one on a free port while `body` runs.
  ///
  /// - Parameter script: is asked with 0, 1, … for the requests in the order of their coming.
  static func run(
    instance: UInt64 = 7, limits: ProtocolLimits = ProtocolLimits(), state: ServerState = .ready,
    _ script: @escaping Script = { _, _ in .answer() }, _ body: (ScriptedServer, Int) async throws -> Void
  ) async throws {
    let server = ScriptedServer(instance: instance, limits: limits, state: state, script: script)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptedHandler(server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body(server, listener.localAddress?.port ?? 0))
    } catch {
      outcome = .failure(error)
    }
    try await listener.close()
    try outcome.get()
  }

  fileprivate func connected() {
    seen.withLock {
      $0.connections += 1
      $0.open += 1
    }
  }

  fileprivate func disconnected() { seen.withLock { $0.open -= 1 } }
  fileprivate func cancelled() { seen.withLock { $0.cancels += 1 } }
  fileprivate func ended() { seen.withLock { $0.inFlight -= 1 } }

  fileprivate func admitted(_ budget: Duration) {
    seen.withLock {
      $0.budgets.append(budget)
      $0.inFlight += 1
      $0.mostInFlight = max($0.mostInFlight, $0.inFlight)
    }
  }

  fileprivate func act(on request: SegmentationRequest) -> Act {
    let number = seen.withLock {
      $0.requests += 1
      return $0.requests - 1
    }
    return script(number, request)
  }
}

private final class ScriptedHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let server: ScriptedServer
  private var connection: ServerConnection
  private var sealer = FrameSealer()
  private var alterations: [RequestID: @Sendable (inout ResultMessage) -> Void] = [:]
  private var damaged: Set<RequestID> = []
  private var isDying = false

  init(_ server: ScriptedServer) {
    self.server = server
    var configuration = ServerConfiguration(instance: server.instance)
    configuration.limits = server.limits
    connection = ServerConnection(configuration, models: [server.model], state: server.state, now: .now)
  }

  func channelActive(context: ChannelHandlerContext) { server.connected() }
  func channelInactive(context: ChannelHandlerContext) { server.disconnected() }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.receive(unwrapInboundIn(data), now: .now)
    pump(context)
  }

  private func pump(_ context: ChannelHandlerContext) {
    var hasMore = true
    while hasMore {
      hasMore = false
      while let action = connection.nextAction() { perform(action, context) }
      while let frame = connection.nextFrame() {
        hasMore = true
        if write(frame, context) { return }
      }
    }
    context.flush()
    connection.written(now: .now)
    if connection.isClosed { context.close(promise: nil) }
  }

  /// Numbers and seals a frame anew, with what is to be changed.
  ///
  /// - Returns: whether it was the last one.
  private func write(_ frame: ByteBuffer, _ context: ChannelHandlerContext) -> Bool {
    var rest = frame
    guard let header = try? FrameHeader(reading: &rest) else { return false }
    var payload = rest
    if header.type == .result, let alter = alterations[header.requestID],
      var message = try? ResultMessage.decode(payload)
    {
      alter(&message)
      payload = message.encoded()
    }
    var chunk = Chunk(codec: header.codec, plainLength: header.plainLength, wire: payload)
    if header.type == .resultData, damaged.contains(header.requestID) {
      // As long as before, and of labels that are classes.
      chunk = Chunk(
        codec: .identity, plainLength: header.plainLength,
        wire: ByteBuffer(repeating: 1, count: Int(header.plainLength)))
    }
    let out =
      header.type == .resultData
      ? sealer.seal(
        chunk, type: .resultData, id: header.requestID, version: header.version,
        isLast: header.flags.contains(.end))
      : sealer.seal(header.type, id: header.requestID, version: header.version, payload: payload)
    guard isDying, header.type == .result else {
      context.write(wrapOutboundOut(out), promise: nil)
      return false
    }
    context.writeAndFlush(wrapOutboundOut(out), promise: nil)
    context.close(promise: nil)
    return true
  }

  private func perform(_ action: ServerAction, _ context: ChannelHandlerContext) {
    switch action {
    case .authenticate: connection.authenticated()
    case .admit(let request):
      server.admitted(ContinuousClock.now.duration(to: request.deadline))
      connection.admit(request.id)
    case .request(let complete): act(on: complete, context)
    case .cancel(let id):
      server.cancelled()
      server.ended()
      connection.fail(id, SegmentationError(.cancelled))
    case .info(let name):
      connection.inform(
        InfoAnswer(
          state: .ready, reason: 0, queued: 0, queueLimit: 64, sinceCanary: .zero,
          models: [ModelSummary(server.model, namesClasses: !name.isEmpty)]))
    case .close: break
    }
  }

  private func act(on complete: CompleteRequest, _ context: ChannelHandlerContext) {
    switch server.act(on: complete.request) {
    case .answer(let delay) where delay > .zero:
      context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [self] in
        respond(complete)
        pump(context)
      }
      return
    case .answer: break
    case .fail(let error):
      server.ended()
      return connection.fail(complete.id, error)
    case .dismiss(let error):
      // No call of the state machine ends a connection for no reason.
      let frame = sealer.seal(
        .error, id: .connection, version: .one, payload: ErrorMessage(error).encoded())
      context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
      return context.close(promise: nil)
    case .answerAndGoAway: connection.drain(grace: .seconds(2))
    case .dieMidAnswer: isDying = true
    case .alter(let alter): alterations[complete.id] = alter
    case .damage: damaged.insert(complete.id)
    case .ignore: return
    }
    respond(complete)
  }

  private func respond(_ complete: CompleteRequest) {
    server.ended()
    let result = FakeService.result(complete.request, complete.request.image.bytes, complete.model)
    guard let encoded = try? EncodedResult(result, for: complete, maxResult: 1 << 24) else {
      return connection.fail(complete.id, SegmentationError(.internal))
    }
    _ = connection.respond(complete.id, encoded)
  }
}
