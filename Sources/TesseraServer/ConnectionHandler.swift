internal import Logging
internal import NIOCore
internal import NIOTLS
internal import TesseraProtocol

/// Carries bytes, time and decisions between one channel and its ``ServerConnection``.
///
/// Everything here runs on the channel's event loop and returns soon: images are segmented and results coded elsewhere.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What all connections of a server share.
  struct Shared: Sendable {
    let configuration: Server.Configuration
    let connection: ServerConfiguration
    let models: ServedModels
    let queue: RequestQueue
    let metrics: ServerMetrics
    let access: AccessControl
    let canary: Canary
  }

  /// How far the end of the connection has come.
  enum Ending: Hashable {
    case none
    /// Nothing more is read; what was written must get out, with no longer pauses than that.
    case flushing(stall: Duration)
    /// Our side is closed; the peer has until then to close its own.
    case farewell(until: ContinuousClock.Instant)
    case closed
  }

  let shared: Shared
  var logger: Logger
  var connection: ServerConnection
  var requests: [RequestID: AdmittedRequest] = [:]
  var ending = Ending.none
  var drain: DrainPhase?
  var peerEnded = false

  let arrival: Arrival
  /// Whether bytes can be exchanged: TLS has a handshake first.
  var isReady: Bool
  /// Under which it counts until it has shown who it is.
  var site: AddressLimit.Site?
  /// Whose token it showed.
  var account: TokenAccount?

  /// Bytes handed to the channel that the socket has not taken.
  var unwritten = 0
  /// When the socket last took bytes, or had nothing to take.
  var lastWritten: ContinuousClock.Instant
  var lastRead: ContinuousClock.Instant

  var timer: (scheduled: Scheduled<Void>, time: ContinuousClock.Instant)?

  init(_ shared: Shared, _ arrival: Arrival, drain: DrainPhase?, logger: Logger) {
    self.shared = shared
    self.arrival = arrival
    isReady = !arrival.isEncrypted
    site = arrival.site
    self.drain = drain
    self.logger = logger
    let now = ContinuousClock.now
    lastWritten = now
    lastRead = now
    connection = ServerConnection(
      shared.connection, models: [], state: drain == nil ? .starting : .draining, now: arrival.started)
  }

  func channelActive(context: ChannelHandlerContext) {
    logger.debug("connection opened", metadata: ["peer": "\(peerText)"])
    if let drain { advance(drain) }
    pump(context)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard ending == .none else { return }
    lastRead = .now
    let bytes = unwrapInboundIn(data)
    shared.metrics.received(bytes.readableBytes)
    connection.receive(bytes, now: lastRead)
    pump(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    pump(context)
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed:
      peerEnded = true
      connection.receiveEnd(now: .now)
      pump(context)
    case ServerEvent.computed(let id, let outcome):
      answer(id, outcome)
      pump(context)
    case ServerEvent.drain(let phase):
      advance(phase)
      pump(context)
    case TLSUserEvent.handshakeCompleted(let name): secure(context, protocol: name)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !survives(error) else { return }
    ending = .closed
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    forget()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    forget()
  }

  /// Gives back whatever the connection held.
  private func forget() {
    ending = .closed
    timer?.scheduled.cancel()
    timer = nil
    for (id, request) in requests { note(id, request, model: request.model, .lost) }
    requests.removeAll()
    leaveSite()
  }

  /// Takes what came of the last call, until nothing is left: frames while the channel takes them, and actions.
  func pump(_ context: ChannelHandlerContext) {
    // Before the models: where it is ready, they are there.
    let standing = shared.canary.standing
    let models = shared.models.table
    connection.models = models.descriptions
    connection.intake = standing.intake
    if drain == nil { connection.state = standing.readiness.state }
    // A generation that an OPEN was checked against must be there to be admitted to.
    withExtendedLifetime(models) {
      repeat {
        while let action = connection.nextAction() {
          // What ended while these bytes were read gives its places back before the next request takes some.
          settle()
          perform(action, context)
        }
      } while writeFrames(context)
    }
    settle()
    finishEnding(context)
    schedule(context)
  }

  private func perform(_ action: ServerAction, _ context: ChannelHandlerContext) {
    switch action {
    case .authenticate(let token): authenticate(token)
    case .admit(let open): admit(open)
    case .request(let complete): submit(complete, context)
    case .cancel(let id): stop(id, SegmentationError(.cancelled))
    case .info(let model): connection.inform(status(naming: model))
    case .close(let error): beginEnding(error)
    }
  }

  /// Gives back what ended requests held, and tells how they ended.
  func settle() {
    while let ending = connection.nextEnding() {
      note(ending.id, requests.removeValue(forKey: ending.id), model: ending.model, ending.outcome)
    }
  }
}
