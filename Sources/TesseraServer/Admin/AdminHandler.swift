internal import NIOCore
internal import NIOHTTP1

/// Answers one request of the admin port and closes.
final class AdminHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let pages: AdminPages
  private let guests: AdminGuests
  private let times: AdminTimes
  private var timer: Scheduled<Void>?
  private var isAnswered = false
  private var peerEnded = false

  init(_ pages: AdminPages, _ guests: AdminGuests, _ times: AdminTimes) {
    self.pages = pages
    self.guests = guests
    self.times = times
  }

  func channelActive(context: ChannelHandlerContext) {
    close(context, in: times.head)
    context.fireChannelActive()
  }

  private func close(_ context: ChannelHandlerContext, in time: Duration) {
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { context.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // What follows the head is nothing that a page depends on.
    guard case .head(let head) = unwrapInboundIn(data), !isAnswered else { return }
    guests.hear(context.channel)
    guard [.GET, .HEAD].contains(head.method) else {
      return answer(context, .methodNotAllowed, body: "only GET and HEAD are served\n")
    }
    let page = pages[head.uri]
    let status: HTTPResponseStatus =
      switch page.status {
      case .ok: .ok
      case .notFound: .notFound
      case .notReady: .serviceUnavailable
      }
    answer(context, status, isBodyWanted: head.method == .GET, mediaType: page.mediaType, body: page.body)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    peerEnded = true
    // One that is not answered by now never will be whole.
    if !isAnswered { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is AdminByteLimit.Exceeded:
      answer(context, .requestHeaderFieldsTooLarge, body: "the request is too long\n")
    case is HTTPParserError: answer(context, .badRequest, body: "this is no request of HTTP/1.1\n")
    default: context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  private func answer(
    _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, isBodyWanted: Bool = true,
    mediaType: String = "text/plain; charset=utf-8", body: String
  ) {
    guard !isAnswered else { return }
    isAnswered = true
    close(context, in: times.answer)
    let bytes = context.channel.allocator.buffer(string: body)
    var headers: HTTPHeaders = [
      "Content-Type": mediaType, "Content-Length": "\(bytes.readableBytes)", "Cache-Control": "no-store",
      "Connection": "close",
    ]
    if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
    context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))))
      .assumeIsolated().whenFailure { _ in context.close(promise: nil) }
    if isBodyWanted { context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [self] _ in
      if peerEnded { return context.close(promise: nil) }
      // Closing both sides at once could reset the connection before the answer is read; the timer ends the wait.
      context.close(mode: .output, promise: nil)
    }
  }
}
