internal import Glibc
internal import Logging
internal import NIOCore

/// Has a listening channel pause where the system lacks what a connection takes, and says so once in a while.
///
/// NIO's `AcceptBackoffHandler` does not: it puts the next attempt off, while the one that failed stays pending and is
/// told to be possible, without end.
final class AcceptPauseHandler: ChannelInboundHandler {
  typealias InboundIn = any Channel

  /// What the system says that lacks descriptors or memory.
  private static let shortages = [EMFILE, ENFILE, ENOBUFS, ENOMEM]
  /// Trying so often costs nothing, and nobody notices the pause when it is over.
  private static let pause = TimeAmount.milliseconds(50)
  /// Time without a further line.
  private static let silence: Duration = .seconds(60)

  private let logger: Logger
  private var lastLine: ContinuousClock.Instant?
  private var failures = 0

  init(logger: Logger) { self.logger = logger }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // After any other NIO goes on by itself, or closes the channel.
    guard let error = error as? IOError, Self.shortages.contains(error.errnoCode) else {
      return context.fireErrorCaught(error)
    }
    let channel = context.channel
    // A channel that is closed has nothing to accept.
    try? channel.syncOptions?.setOption(.autoRead, value: false)
    context.eventLoop.scheduleTask(in: Self.pause) { channel.setOption(.autoRead, value: true) }
    log(error)
  }

  private func log(_ error: IOError) {
    failures += 1
    let now = ContinuousClock.now
    if let lastLine, lastLine.duration(to: now) < Self.silence { return }
    lastLine = now
    logger.warning(
      "cannot accept connections, which wait: raise the limit on open files (ulimit -n), or allow fewer connections",
      metadata: ["cause": "\(String(cString: strerror(error.errnoCode)))", "failures": "\(failures)"])
    failures = 0
  }
}
