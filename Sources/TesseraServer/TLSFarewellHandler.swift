internal import NIOCore

/// Gives a peer time to read why its handshake failed.
///
/// Closing at once would answer its bytes in flight with a reset, which may destroy the alert before it is read. It
/// stands between the socket and TLS, and steps aside when the handshake is done.
final class TLSFarewellHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer

  /// What the handler at the other end says when the handshake is done.
  struct HandshakeDone: Sendable {}

  private enum State {
    case waiting
    /// The peer spoke, so it may be answered.
    case handshaking
    case leaving
    /// Nothing to do any more.
    case aside
  }

  /// Time for the peer to close.
  private let time: Duration
  private var state = State.waiting
  private var timer: Scheduled<Void>?

  init(time: Duration) { self.time = time }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .waiting: state = .handshaking
    case .leaving: return
    case .handshaking, .aside: break
    }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event {
      if state == .leaving { context.close(promise: nil) }
      state = .aside
    }
    context.fireUserInboundEventTriggered(event)
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is HandshakeDone else { return context.triggerUserOutboundEvent(event, promise: promise) }
    state = .aside
    promise?.succeed()
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all else { return context.close(mode: mode, promise: promise) }
    switch state {
    case .waiting, .aside: context.close(promise: promise)
    case .handshaking:
      state = .leaving
      context.channel.closeFuture.cascade(to: promise)
      context.close(mode: .output, promise: nil)
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { context.close(promise: nil) }
    case .leaving: context.channel.closeFuture.cascade(to: promise)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }
}
