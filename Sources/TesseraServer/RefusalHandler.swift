internal import NIOCore
internal import TesseraProtocol

/// Tells a client that there are too many connections, and closes.
final class RefusalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let message: String
  private let retryAfter: Duration
  private let farewell: Duration
  private var timer: Scheduled<Void>?

  /// - Parameters:
  ///   - message: too many of which.
  ///   - farewell: time for the client to read the error.
  init(_ message: String, retryAfter: Duration, farewell: Duration) {
    self.message = message
    self.retryAfter = retryAfter
    self.farewell = farewell
  }

  func channelActive(context: ChannelHandlerContext) {
    var sealer = FrameSealer()
    let error = SegmentationError(
      code: .overloaded, scope: .connection, retry: .afterDelay, retryAfter: retryAfter, detail: 0,
      message: message)
    let frame = sealer.seal(
      .error, id: .connection, version: .unnegotiated, payload: ErrorMessage(error).encoded())
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    context.close(mode: .output, promise: nil)
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(farewell)) { context.close(promise: nil) }
  }

  // Read, so that closing does not reset the connection before the client has seen why; and dropped.
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }
}
