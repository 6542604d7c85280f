import NIOCore
import NIOHTTP1

/// One request over HTTP, and where its answer goes.
struct HTTPExchange: Sendable {
  /// What is needed of an answer.
  struct Answer: Sendable {
    let status: UInt
    let body: ByteBuffer
    let keepsAlive: Bool

    init(_ response: NIOHTTPClientResponseFull) {
      status = response.head.status.code
      keepsAlive = response.head.isKeepAlive
      var body = response.body ?? ByteBuffer()
      // KServe's form: a description of that length, then each output behind its own.
      if let length = response.head.headers.first(name: HTTPExchange.kserveHeader).flatMap({ Int($0) }) {
        body.moveReaderIndex(forwardBy: min(max(length, 0), body.readableBytes))
        body = body.readLengthPrefixedSlice(endianness: .little, as: UInt32.self) ?? ByteBuffer()
      }
      self.body = body
    }
  }

  /// Says how much of a body describes the rest, in KServe's protocol for inference; 0 in requests that are a tensor.
  static let kserveHeader = "inference-header-content-length"

  let head: HTTPRequestHead
  let body: ByteBuffer
  let promise: EventLoopPromise<Answer>

  /// Most bytes of an answer.
  static let longestAnswer = 64 << 20
}

/// Writes exchanges, and completes them in their order.
final class HTTPExchangeHandler: ChannelDuplexHandler {
  typealias InboundIn = NIOHTTPClientResponseFull
  typealias OutboundIn = HTTPExchange
  typealias OutboundOut = HTTPClientRequestPart

  private var open = CircularBuffer<EventLoopPromise<HTTPExchange.Answer>>()

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let exchange = unwrapOutboundIn(data)
    open.append(exchange.promise)
    context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(exchange.body))), promise: nil)
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let response = unwrapInboundIn(data)
    open.popFirst()?.succeed(HTTPExchange.Answer(response))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(ChannelError.eof)
    context.fireChannelInactive()
  }

  private func fail(_ error: any Error) {
    while let promise = open.popFirst() { promise.fail(error) }
  }
}
