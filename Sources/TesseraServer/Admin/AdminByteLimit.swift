internal import NIOCore

/// Lets so many bytes of a request pass; more are dropped, and told once as an error.
final class AdminByteLimit: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  struct Exceeded: Error {}

  private let limit: Int
  private var taken = 0
  private var isExceeded = false

  init(_ limit: Int) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isExceeded else { return }
    taken += unwrapInboundIn(data).readableBytes
    isExceeded = taken > limit
    if isExceeded { context.fireErrorCaught(Exceeded()) } else { context.fireChannelRead(data) }
  }
}
