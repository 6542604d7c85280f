internal import Logging
internal import NIOCore

/// Reads a proxy's header and only then lets the connection begin, for the client that it names.
final class ProxyHeaderHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// Puts the handlers behind this one, which then see the connection become active.
  typealias Begin = (any Channel, SocketAddress?) throws -> Void

  private enum State {
    case reading(ByteBuffer)
    case begun
    case closed
  }

  private let deadline: ContinuousClock.Instant
  private let logger: Logger
  private let begin: Begin
  private var state = State.reading(ByteBuffer())
  private var timer: Scheduled<Void>?

  /// - Parameters:
  ///   - deadline: when a header that is not whole closes the connection.
  ///   - begin: takes the client's address, nil where the proxy speaks for itself.
  init(deadline: ContinuousClock.Instant, logger: Logger, begin: @escaping Begin) {
    self.deadline = deadline
    self.logger = logger
    self.begin = begin
  }

  func channelActive(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: .until(deadline)) { [self] in
      close(context, "no whole PROXY header in time")
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .begun: context.fireChannelRead(data)
    case .closed: break
    case .reading(var bytes):
      bytes.writeImmutableBuffer(unwrapInboundIn(data))
      read(bytes, context)
    }
  }

  private func read(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    var bytes = bytes
    do {
      guard let header = try ProxyHeader.read(from: &bytes) else {
        state = .reading(bytes)
        return
      }
      timer?.cancel()
      state = .begun
      try begin(context.channel, header.source)
      context.fireChannelActive()
      if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
    } catch let error as ProxyHeader.Malformed {
      close(context, error.reason)
    } catch {
      close(context, "\(error)")
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if case .begun = state { context.fireChannelReadComplete() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .begun = state { return context.fireUserInboundEventTriggered(event) }
    switch event {
    case ChannelEvent.inputClosed: close(context, "the connection ended within its PROXY header")
    // Nobody has asked for anything, so nobody is owed an answer.
    case ServerEvent.drain(.final), ServerEvent.drain(.forced): close(context, "the server is going away")
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .begun = state { return context.fireErrorCaught(error) }
    close(context, "\(error)")
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    if case .begun = state { context.fireChannelInactive() }
    state = .closed
  }

  private func close(_ context: ChannelHandlerContext, _ reason: String) {
    if case .closed = state { return }
    state = .closed
    timer?.cancel()
    logger.info("proxied connection refused", metadata: ["cause": "\(EscapedText(reason))"])
    context.close(promise: nil)
  }
}
