internal import Logging
internal import NIOCore
internal import TesseraProtocol

extension ConnectionHandler {
  /// Decides at once whether there is room for a request.
  func admit(_ open: OpenRequest) {
    do throws(SegmentationError) {
      guard let generation = shared.models.generation(of: open.model) else { throw SegmentationError(.unknownModel) }
      let ticket = try takePlaces(open)
      requests[open.id] = AdmittedRequest(
        ticket: ticket, model: open.model.name, generation: generation, deadline: open.deadline, started: lastRead)
      connection.admit(open.id)
    } catch {
      connection.refuse(open.id, error)
    }
  }

  /// Takes a request's place among those of its token, and one in the whole server.
  private func takePlaces(_ open: OpenRequest) throws(SegmentationError) -> Ticket {
    try account?.admit(now: lastRead)
    do throws(SegmentationError) {
      return try shared.queue.admit(bytes: open.bytesHeld, deadline: open.deadline)
    } catch {
      account?.refund()
      throw error
    }
  }

  /// Lines a complete request up for the engine.
  func submit(_ complete: CompleteRequest, _ context: ChannelHandlerContext) {
    guard let request = requests[complete.id], let generation = request.generation else { return }
    requests[complete.id]?.stage = .submitted
    requests[complete.id]?.generation = nil
    let pipeline = context.pipeline
    shared.queue.enqueue(
      Job(
        ticket: request.ticket, request: complete, generation: generation, deadline: request.deadline,
        enqueued: .now,
        deliver: { outcome in
          pipeline.fireUserInboundEventTriggered(ServerEvent.computed(complete.id, outcome))
        }))
  }

  /// Gives a request up; the client hears of it when the service has stopped.
  func stop(_ id: RequestID, _ error: SegmentationError) {
    guard let request = requests[id] else { return }
    switch request.stage {
    case .receiving: fail(id, error)
    case .submitted:
      if shared.queue.stop(request.ticket) { fail(id, error) } else { requests[id]?.stage = .stopping(error) }
    case .stopping, .answering: break
    }
  }

  /// Takes the outcome of a request that may be gone.
  func answer(_ id: RequestID, _ outcome: Outcome) {
    guard let request = requests[id] else { return }
    switch (request.stage, outcome) {
    case (.stopping(let reason), _): fail(id, reason)
    case (.submitted, .failure(let error)):
      if error.code.isFault {
        logger.error(
          "the service failed",
          metadata: ["request": "\(id)", "code": "\(error.code)", "cause": "\(EscapedText(error.message))"])
      }
      fail(id, error)
    case (.submitted, .result(let result)):
      let now = ContinuousClock.now
      guard now < request.deadline else { return fail(id, SegmentationError(.deadline)) }
      requests[id]?.stage = .answering
      requests[id]?.receipt = result.receipt
      connection.respond(id, result)
    case (.receiving, _), (.answering, _): break
    }
  }

  func fail(_ id: RequestID, _ error: SegmentationError) {
    guard requests[id] != nil else { return }
    connection.fail(id, error)
    settle()
  }

  /// Answers INFO.
  func status(naming name: String) -> InfoAnswer {
    let current = shared.models.table.current.map(\.model).filter { name.isEmpty || $0.name == name }
    let readiness = drain == nil ? shared.canary.standing.readiness(of: name) : .notReady(.draining)
    return InfoAnswer(
      state: readiness.state, reason: readiness.number.rawValue,
      queued: UInt32(clamping: shared.queue.read { $0.unanswered }),
      queueLimit: UInt32(clamping: shared.queue.requestLimit),
      sinceCanary: shared.canary.age(of: name) ?? .milliseconds(Int64(UInt32.max)),
      models: current.map { ModelSummary($0, namesClasses: !name.isEmpty) })
  }

  /// Follows the server's drain.
  func advance(_ phase: DrainPhase) {
    drain = phase
    switch phase {
    case .announced(let grace): connection.announceDrain(grace: grace)
    case .final(let grace): connection.drain(grace: grace)
    case .forced:
      connection.drain(grace: .zero)
      for id in connection.openRequests { fail(id, SegmentationError(.draining)) }
    }
  }
}

extension OpenRequest {
  /// Most plain bytes that the request makes the server hold: input, decoded pixels, result.
  fileprivate var bytesHeld: UInt64 {
    let decodes = open.input == InputKind.png.rawValue
    let (decoded, tooMany) = open.pixels.multipliedReportingOverflow(by: decodes ? 3 : 0)
    let (input, overflow) = open.total.addingReportingOverflow(decoded)
    let (sum, carry) = input.addingReportingOverflow(resultBound)
    return tooMany || overflow || carry ? .max : sum
  }
}

extension ErrorCode {
  /// Whether the server is to blame, so that its operator should know.
  fileprivate var isFault: Bool { rawValue >= 300 }
}
