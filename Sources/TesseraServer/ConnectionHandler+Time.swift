internal import Logging
internal import NIOCore
internal import TesseraProtocol

extension ConnectionHandler {
  /// Sees to it that the next deadline is noticed.
  func schedule(_ context: ChannelHandlerContext) {
    guard ending != .closed, let next = nextTimeout else {
      timer?.scheduled.cancel()
      timer = nil
      return
    }
    // One that fires early looks again, which is cheaper than a new one for each frame.
    if let timer, timer.time <= next { return }
    timer?.scheduled.cancel()
    let scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: .until(next)) { [self] in
      timer = nil
      expire(context)
    }
    timer = (scheduled, next)
  }

  private var nextTimeout: ContinuousClock.Instant? {
    var times = requests.values.compactMap(\.timeout)
    if let time = connection.nextTimeout { times.append(time) }
    if let time = stallTimeout { times.append(time) }
    if let time = connection.inputTimeout { times.append(time) }
    if case .farewell(let time) = ending { times.append(time) }
    return times.min()
  }

  /// When a peer that takes no bytes is given up.
  private var stallTimeout: ContinuousClock.Instant? {
    guard unwritten > 0 else { return nil }
    if case .flushing(let stall) = ending { return lastWritten + stall }
    return lastWritten + shared.configuration.limits.writeStall
  }

  private func expire(_ context: ChannelHandlerContext) {
    let now = ContinuousClock.now
    if case .farewell(let time) = ending, time <= now { return close(context) }
    if let time = stallTimeout, time <= now {
      shared.metrics.endedConnection(.timeout)
      logger.info("connection ended", metadata: ["code": "\(ErrorCode.timeout)", "cause": "the peer takes no bytes"])
      return close(context)
    }
    connection.expire(now: now)
    if let time = connection.inputTimeout, time <= now {
      for (id, request) in requests where request.stage == .receiving { fail(id, SegmentationError(.timeout)) }
    }
    for (id, request) in requests {
      if let time = request.timeout, time <= now { stop(id, SegmentationError(.deadline)) }
    }
    pump(context)
  }
}
