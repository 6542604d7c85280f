extension ServerConnection {
  /// When `expire` must be called next unless something happens before; nil for never.
  package var nextTimeout: ContinuousClock.Instant? {
    [handshakeTimeout, frameTimeout, idleTimeout].compactMap { $0 }.min()
  }

  /// Ends the connection with TIMEOUT where a deadline has passed.
  package mutating func expire(now: ContinuousClock.Instant) {
    self.now = now
    guard let timeout = nextTimeout, timeout <= now else { return }
    failConnection(WireError(.timeout, "a deadline passed in phase \(phase), \(requests.count) requests open"))
  }

  private var handshakeTimeout: ContinuousClock.Instant? {
    switch phase {
    case .preface, .hello: phaseStarted + configuration.handshakeTime
    case .authentication: phaseStarted + configuration.authenticationTime
    case .open, .closed: nil
    }
  }

  /// While the transport decides, the client is not to blame.
  private var frameTimeout: ContinuousClock.Instant? {
    guard phase == .open, undecided == nil, !inputEnded, let frameStarted else { return nil }
    return frameStarted + configuration.limits.frameTime(wireLength: decoder.header?.wireLength ?? 0)
  }

  private var idleTimeout: ContinuousClock.Instant? {
    guard phase == .open, requests.isEmpty, outbox.isEmpty, isWritten else { return nil }
    return max(lastFrame, lastWritten) + configuration.limits.idle
  }

  /// When to give up the requests whose input is owed; nil where none is owed, or some is being read.
  ///
  /// Only input gives more time: a client that merely pings would keep places that others want. Input of any request
  /// gives it to all, since on a slow line they wait for their turns; the budget of each bounds that.
  package var inputTimeout: ContinuousClock.Instant? {
    guard requests.values.contains(where: { $0.stage == .receiving }) else { return nil }
    // A frame being read has a deadline of its own.
    if let header = decoder.header, header.type == .data, requests[header.requestID]?.stage == .receiving { return nil }
    return lastInput + configuration.limits.frame
  }
}
