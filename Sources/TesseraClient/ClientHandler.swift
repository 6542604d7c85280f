internal import NIOCore
internal import NIOTLS
internal import TesseraProtocol

/// Carries bytes, time and requests between one channel and its ``ClientConnection``.
///
/// Everything here runs on the channel's event loop; requests are coded and results decoded elsewhere.
final class ClientHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  typealias Outcome = Result<ReceivedResult, SegmentationError>
  typealias Answer = Result<InfoAnswer, SegmentationError>

  /// A caller that waits for an outcome.
  struct Waiter {
    let exchange: Exchange
    let continuation: CheckedContinuation<Outcome, Never>
    /// nil while the server has no room for the request.
    var id: RequestID?
    /// When to give up.
    var timeout: ContinuousClock.Instant
  }

  /// A caller that waits for INFO.
  struct Question {
    let model: String
    let continuation: CheckedContinuation<Answer, Never>
    let timeout: ContinuousClock.Instant
  }

  /// Least time between two INFOs, with a margin over the protocol's second.
  static let questionInterval: Duration = .milliseconds(1050)
  /// Time for an answer to INFO, which the server's event loop gives.
  static let questionTime: Duration = .seconds(10)

  var connection: ClientConnection
  let patience: Duration
  let isEncrypted: Bool
  let hasToken: Bool
  var hasRead = false
  /// Completed in any case.
  let ready: EventLoopPromise<ClientSession>
  /// Succeeds when no request can be opened any more, in any case.
  let retired: EventLoopPromise<Void>
  var context: ChannelHandlerContext?

  /// In the order of submission.
  var waiters: [Waiter] = []
  var unasked = CircularBuffer<Question>()
  var asked = CircularBuffer<Question>()
  var lastAsked: ContinuousClock.Instant?
  /// Why no request can be opened any more.
  var ended: SegmentationError?
  private var timer: (scheduled: Scheduled<Void>, time: ContinuousClock.Instant)?

  init(_ configuration: ClientConfiguration, isEncrypted: Bool, patience: Duration, loop: any EventLoop) {
    connection = ClientConnection(configuration, now: .now)
    self.patience = patience
    self.isEncrypted = isEncrypted
    hasToken = configuration.token != nil
    ready = loop.makePromise()
    retired = loop.makePromise()
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { pump() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    connection.receiveEnd(now: .now)
    pump()
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    guard mayBegin(context) else { return }
    pump()
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    if recognisesTLS(bytes, context) { return }
    connection.receive(bytes, now: .now)
    pump()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted(let name) = event { secure(context, protocol: name) }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    pump()
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection.receiveEnd(now: .now)
    pump()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(below: error, context)
  }

  /// Takes what came of the last call, until nothing is left.
  func pump() {
    repeat {
      while let action = connection.nextAction() { perform(action) }
      openWaiting()
      ask()
    } while writeFrames()
    schedule()
  }

  private func writeFrames() -> Bool {
    guard let context else { return false }
    var hasWritten = false
    while connection.isClosed || context.channel.isWritable, let frame = connection.nextFrame() {
      context.write(wrapOutboundOut(frame), promise: nil)
      hasWritten = true
    }
    if hasWritten { context.flush() }
    return hasWritten
  }

  private func perform(_ action: ClientAction) {
    switch action {
    case .ready(let session): ready.succeed(session)
    case .result(let id, let result): finish(id, .success(result))
    case .failed(let id, let error): finish(id, .failure(error))
    case .pong: break
    case .info(let answer): asked.popFirst()?.continuation.resume(returning: .success(answer))
    case .goAway:
      ended = ended ?? SegmentationError(.draining)
      retired.succeed()
      failUnopened(SegmentationError(.draining))
    case .close(let error): end(error)
    }
  }

  /// Ends the connection and everyone who waits for it.
  func end(_ error: SegmentationError) {
    ended = error
    ready.fail(error)
    retired.succeed()
    let left = waiters
    waiters.removeAll()
    for waiter in left { waiter.continuation.resume(returning: .failure(error)) }
    for question in unasked { question.continuation.resume(returning: .failure(error)) }
    for question in asked { question.continuation.resume(returning: .failure(error)) }
    unasked.removeAll()
    asked.removeAll()
    guard let context else { return }
    _ = writeFrames()
    context.close(promise: nil)
  }

  /// Sees to it that the next deadline is noticed.
  private func schedule() {
    guard let context, let next = nextTimeout else {
      timer?.scheduled.cancel()
      timer = nil
      return
    }
    if let timer, timer.time <= next { return }
    timer?.scheduled.cancel()
    let delay = max(.zero, TimeAmount(ContinuousClock.now.duration(to: next)))
    let scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
      timer = nil
      expire()
    }
    timer = (scheduled, next)
  }

  private var nextTimeout: ContinuousClock.Instant? {
    var times = waiters.map(\.timeout)
    if let time = connection.nextTimeout { times.append(time) }
    if let time = asked.first?.timeout { times.append(time) }
    if !unasked.isEmpty, let lastAsked { times.append(lastAsked + Self.questionInterval) }
    return times.min()
  }

  private func expire() {
    let now = ContinuousClock.now
    connection.expire(now: now)
    if let time = asked.first?.timeout, time <= now {
      end(SegmentationError(.timeout, "the server does not answer"))
    }
    for waiter in waiters where waiter.timeout <= now { giveUp(waiter.exchange, SegmentationError(.deadline)) }
    pump()
  }
}

extension SegmentationError {
  /// The connection ended before the request was sent, so it may be sent again.
  static let lost = Self(
    code: .internal, scope: .connection, retry: .atOnce, retryAfter: .zero, detail: 0,
    message: "the connection is closed")
}
