internal import Logging
internal import NIOCore
internal import TesseraProtocol

/// Ends a server in bounded time: late requests, last answers, farewell, and a hard end.
struct Drain: Sendable {
  let times: Server.DrainTimes
  let listener: any Channel
  let registry: ConnectionRegistry
  let queue: RequestQueue
  let loop: any EventLoop
  let logger: Logger

  /// Drains.
  ///
  /// - Parameters:
  ///   - isImmediate: whether requests without an answer are given up at once.
  ///   - engineEnded: returns when the engine has stopped, which it does when the queue is closed and it is done, or
  ///     abandoned.
  func run(isImmediate: Bool, engineEnded: () async -> Void) async -> ShutdownOutcome {
    await withTaskCancellationHandler {
      await run(from: .now, isImmediate: isImmediate, engineEnded: engineEnded)
    } onCancel: {
      // Whoever cancels a drain does not want to wait for it.
      if !isImmediate { end() }
    }
  }

  private func run(
    from start: ContinuousClock.Instant, isImmediate: Bool, engineEnded: () async -> Void
  ) async -> ShutdownOutcome {
    let answersEnd = isImmediate ? start : start + times.answers
    let hardEnd = isImmediate ? start + times.farewell + .seconds(1) : start + times.hardEnd
    let timer = loop.scheduleTask(in: .until(hardEnd)) { end() }
    defer { timer.cancel() }
    logger.notice("draining", metadata: ["open_requests": "\(queue.read { $0.open })"])

    if !isImmediate {
      registry.drain(.announced(grace: times.answers))
      await pause(until: start + times.lateRequests)
    }
    // It fails only where it is closed already.
    try? await listener.close()
    registry.drain(.final(grace: max(.zero, ContinuousClock.now.duration(to: answersEnd))))
    await registry.waitUntilEmpty(answersEnd, on: loop)

    let late = queue.read { $0.open }
    queue.close()
    registry.drain(.forced)
    await registry.waitUntilEmpty(min(.now + times.farewell + .milliseconds(500), hardEnd), on: loop)
    registry.closeAll()
    await engineEnded()
    await registry.waitUntilEmpty(.now + .seconds(1), on: loop)
    let abandonment = queue.abandonment
    let unanswered = max(late, abandonment.open)
    logger.notice("drained", metadata: ["unanswered": "\(unanswered)", "stuck": "\(abandonment.isStuck)"])
    return unanswered == 0 && !abandonment.isStuck ? .clean : .forced(unanswered: unanswered)
  }

  private func end() {
    queue.close()
    queue.abandon()
    registry.closeAll()
  }

  private func pause(until time: ContinuousClock.Instant) async {
    // A timer of the loop, as cancellation does not shorten what clients were promised; it never fails.
    try? await loop.scheduleTask(in: .until(time)) {}.futureResult.get()
  }
}
