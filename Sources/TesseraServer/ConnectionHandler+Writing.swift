internal import Logging
internal import NIOCore
internal import TesseraProtocol

extension ConnectionHandler {
  /// Bytes whose writing counts as progress: small enough for a slow network to take one within the stall limit.
  private static let pieceLength = 65_536

  /// Writes frames while the channel takes more; true where there were any.
  func writeFrames(_ context: ChannelHandlerContext) -> Bool {
    var hasWritten = false
    // What is left of an ended connection is short.
    while ending != .none || context.channel.isWritable, let frame = connection.nextFrame() {
      write(frame, context)
      hasWritten = true
    }
    if hasWritten { context.flush() }
    return hasWritten
  }

  private func write(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
    var frame = frame
    while let piece = frame.readSlice(length: min(frame.readableBytes, Self.pieceLength)), piece.readableBytes > 0 {
      if unwritten == 0 { lastWritten = .now }
      unwritten += piece.readableBytes
      let count = piece.readableBytes
      context.write(wrapOutboundOut(piece)).assumeIsolated().whenComplete { [self] result in
        unwritten -= count
        guard case .success = result else { return }
        lastWritten = .now
        shared.metrics.sent(count)
        guard unwritten == 0 else { return }
        connection.written(now: lastWritten)
        finishEnding(context)
        schedule(context)
      }
    }
  }

  /// Stops reading and gives every request up; what is left to write still goes out.
  func beginEnding(_ error: WireError?) {
    if let error {
      shared.metrics.endedConnection(error.code)
      logger.info("connection ended", metadata: ["code": "\(error.code)", "cause": "\(EscapedText(error.reason))"])
    }
    // A peer at fault has less claim to our patience than one that waits for its last answers.
    let configuration = shared.configuration
    ending = .flushing(stall: error == nil ? configuration.limits.writeStall : configuration.drain.farewell)
  }

  /// Closes our side when all is written, and both when the peer has closed its own.
  func finishEnding(_ context: ChannelHandlerContext) {
    switch ending {
    case .none, .closed: return
    case .flushing:
      // Nothing gets out before a handshake is done, and whoever stalls one is owed no patience.
      guard isReady else { return close(context) }
      guard unwritten == 0 else { return }
      if peerEnded { return close(context) }
      ending = .farewell(until: .now + shared.configuration.drain.farewell)
      // Closing both at once would answer bytes in flight with a reset, which may destroy our last words.
      context.close(mode: .output, promise: nil)
      schedule(context)
    case .farewell: if peerEnded { close(context) }
    }
  }

  func close(_ context: ChannelHandlerContext) {
    ending = .closed
    context.close(promise: nil)
  }
}
