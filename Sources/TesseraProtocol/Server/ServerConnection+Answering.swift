internal import NIOCore

extension ServerConnection {
  /// Lets the client in, after `.authenticate`.
  ///
  /// - Parameter secondsValid: for how long, 0 for as long as the connection; the caller ends it then.
  package mutating func authenticated(secondsValid: UInt32 = 0) {
    guard phase == .authentication, undecided == .authentication else { return }
    undecided = nil
    phase = .open
    phaseStarted = now
    outbox.send(AuthOK(secondsValid: secondsValid), version: version)
  }

  /// Turns the client away, after `.authenticate`.
  package mutating func rejectAuthentication() {
    guard undecided == .authentication else { return }
    failConnection(WireError(.authentication, "the token was refused"))
  }

  /// Takes a request after `.admit`: its credit is spent, and its DATA may come.
  package mutating func admit(_ id: RequestID) {
    guard undecided == .admission(id), let total = requests[id]?.open.total else { return }
    undecided = nil
    requests[id]?.stage = .receiving
    lastInput = now
    credit -= total
  }

  /// Refuses a request after `.admit`, with OVERLOADED, MEMORY_BUDGET, DEADLINE or the like.
  package mutating func refuse(_ id: RequestID, _ error: SegmentationError) {
    guard undecided == .admission(id) else { return }
    end(id, error)
  }

  /// Answers a request that the service computed.
  ///
  /// - Returns: whether anybody still waits for it.
  @discardableResult
  package mutating func respond(_ id: RequestID, _ result: EncodedResult) -> Bool {
    guard let request = requests[id], request.stage == .computing else { return false }
    do throws(WireError) {
      try result.message.check(answering: request.open, maxResult: configuration.limits.maxResult)
    } catch {
      end(id, SegmentationError(.internal))
      return false
    }
    requests[id]?.stage = .sending
    outbox.send(result.message, id: id, version: version)
    outbox.send(result.body, id: id)
    return true
  }

  /// Ends a request with an error, in any stage; an answer already begun is void.
  ///
  /// For a request that the service has, call it only when the service has stopped.
  package mutating func fail(_ id: RequestID, _ error: SegmentationError) {
    end(id, error)
  }

  /// Answers `.info`.
  package mutating func inform(_ answer: InfoAnswer) {
    guard phase == .open else { return }
    outbox.send(InfoAnswer.type, payload: answer.encoded(), version: version)
  }

  /// Asks the client to open no more requests; late ones are still taken.
  package mutating func announceDrain(grace: Duration) {
    state = .draining
    sendGoAway(GoAway(lastID: .max, grace: grace, code: .draining))
  }

  /// Takes no request above the last one opened, and closes when all are answered.
  package mutating func drain(grace: Duration) {
    guard lastTaken == nil else { return }
    state = .draining
    lastTaken = lastOpened
    sendGoAway(GoAway(lastID: lastOpened, grace: grace, code: .draining))
  }

  private mutating func sendGoAway(_ goAway: GoAway) {
    guard phase == .open else { return }
    outbox.send(goAway, version: version)
  }

  /// Sends a request's terminal ERROR and gives its credit back.
  mutating func end(_ id: RequestID, _ error: SegmentationError) {
    guard requests[id] != nil else { return }
    outbox.drop(id)
    sendError(id, error)
    finish(id, .failed(error.code))
  }

  /// Refuses an OPEN that holds no credit yet.
  ///
  /// - Throws: CALM where too many were provoked.
  mutating func refuseOpen(
    _ id: RequestID, _ error: SegmentationError, model: String = ""
  ) throws(WireError) {
    endings.append(RequestEnding(id: id, model: model, outcome: .failed(error.code)))
    if error.code.isProvoked { try glitches.count(now) }
    sendError(id, error)
  }

  private mutating func sendError(_ id: RequestID, _ error: SegmentationError) {
    let scoped = SegmentationError(
      code: error.code, scope: .request, retry: error.retry, retryAfter: error.retryAfter, detail: error.detail,
      message: error.message)
    outbox.send(ErrorMessage(scoped), id: id, version: version)
  }

  /// Forgets a request whose terminal frame is out.
  mutating func finish(_ id: RequestID, _ outcome: RequestEnding.Outcome) {
    guard let request = requests.removeValue(forKey: id) else { return }
    endings.append(RequestEnding(id: id, model: request.model.name, outcome: outcome))
    if request.stage != .undecided { credit += request.open.total }
    if undecided == .admission(id) { undecided = nil }
  }

  /// Ends the connection with an ERROR.
  mutating func failConnection(_ error: WireError) {
    guard phase != .closed else { return }
    let disclosed = error.disclosed(ending: .connection)
    outbox.dropBodies()
    outbox.send(
      ErrorMessage(
        SegmentationError(
          code: disclosed.code, scope: .connection, retry: disclosed.retry,
          retryAfter: error.code == .calm ? configuration.calmTime : .zero, detail: disclosed.detail,
          message: disclosed.message)),
      version: version)
    close(error)
  }

  private mutating func close(_ error: WireError?) {
    phase = .closed
    undecided = nil
    for id in requests.keys.sorted() { finish(id, .lost) }
    decoder.clear()
    actions.append(.close(error))
  }

  /// Answers requests whose input will never be whole.
  mutating func dropUnfinishedRequests() {
    for id in requests.filter({ $0.value.stage == .receiving }).keys.sorted() {
      end(id, SegmentationError(.cancelled, "the connection ended before the input was complete"))
    }
  }

  /// Closes when the peer, or we, open no more requests and every answer is out.
  mutating func closeIfDone() {
    guard inputEnded || lastTaken != nil, phase != .closed, requests.isEmpty, outbox.isEmpty else { return }
    close(nil)
  }
}

extension ErrorCode {
  /// Whether the client brought the error about.
  var isProvoked: Bool { rawValue < 200 }
}
