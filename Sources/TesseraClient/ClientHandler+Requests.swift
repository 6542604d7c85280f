internal import NIOCore
internal import TesseraProtocol

extension ClientHandler {
  /// Takes a request, and opens it as soon as the server has room.
  func submit(_ exchange: Exchange, _ continuation: CheckedContinuation<Outcome, Never>) {
    if exchange.isCancelled { return continuation.resume(returning: .failure(SegmentationError(.cancelled))) }
    if let ended { return continuation.resume(returning: .failure(ended)) }
    waiters.append(
      Waiter(exchange: exchange, continuation: continuation, timeout: exchange.deadline ?? serverTimeout))
    pump()
  }

  /// Gives a request up for its caller, and tells the server.
  func giveUp(_ exchange: Exchange, _ error: SegmentationError) {
    guard let index = waiters.firstIndex(where: { $0.exchange === exchange }) else { return }
    let waiter = waiters.remove(at: index)
    if let id = waiter.id { connection.cancel(id) }
    waiter.continuation.resume(returning: .failure(error))
    pump()
  }

  /// Takes a question about the server.
  func submit(_ model: String, _ continuation: CheckedContinuation<Answer, Never>) {
    if let ended, connection.isClosed { return continuation.resume(returning: .failure(ended)) }
    unasked.append(
      Question(model: model, continuation: continuation, timeout: .now + Self.questionTime + Self.questionInterval))
    pump()
  }

  /// Opens what the server has room for, in order.
  func openWaiting() {
    for index in waiters.indices where waiters[index].id == nil {
      guard connection.canOpen(total: waiters[index].exchange.request.total) else { return }
      var request = waiters[index].exchange.request
      if let deadline = waiters[index].exchange.deadline {
        let left = ContinuousClock.now.duration(to: deadline)
        // It is given up as soon as its timer is noticed.
        if left <= .zero { continue }
        request.limit(to: left)
      } else {
        waiters[index].timeout = serverTimeout
      }
      waiters[index].id = connection.open(request)
    }
  }

  /// Sends the next question, no sooner than the server wants it.
  func ask() {
    guard let question = unasked.first, connection.session != nil, !connection.isClosed else { return }
    let now = ContinuousClock.now
    if let lastAsked, lastAsked + Self.questionInterval > now { return }
    unasked.removeFirst()
    lastAsked = now
    asked.append(question)
    connection.askInfo(model: question.model)
  }

  func finish(_ id: RequestID, _ outcome: Outcome) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).continuation.resume(returning: outcome)
  }

  /// Fails the requests that the server has not heard of.
  func failUnopened(_ error: SegmentationError) {
    let unopened = waiters.filter { $0.id == nil }
    waiters.removeAll { $0.id == nil }
    for waiter in unopened { waiter.continuation.resume(returning: .failure(error)) }
  }

  /// When to give up a request that leaves its deadline to the server.
  private var serverTimeout: ContinuousClock.Instant {
    .now + (connection.session?.limits.defaultBudget ?? .zero) + patience
  }
}
