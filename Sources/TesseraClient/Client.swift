internal import NIOCore
internal import NIOPosix
public import TesseraProtocol

/// One connection to a server, for any number of requests at once; ``withClient(host:port:configuration:_:)`` makes it.
///
/// A request that fails is not sent again: requests are pure, so whoever asked may, as the error's retry class says.
public struct Client: Sendable {
  /// The server's limits.
  public let limits: ProtocolLimits
  /// What the server calls itself.
  public let serverAgent: String

  private let session: ClientSession
  private let handler: NIOLoopBound<ClientHandler>
  private let retired: EventLoopFuture<Void>
  private let loop: any EventLoop

  init(
    session: ClientSession, handler: NIOLoopBound<ClientHandler>, retired: EventLoopFuture<Void>, loop: any EventLoop
  ) {
    self.session = session
    self.handler = handler
    self.retired = retired
    self.loop = loop
    limits = session.limits
    serverAgent = session.server.agent
  }

  /// Segments an image.
  ///
  /// Any number of tasks may call it; requests for which the server has no room yet wait here. Cancelling the task ends
  /// the call at once with CANCELLED and tells the server.
  ///
  /// - Parameter expectedWeights: SHA-256 of the only weights whose answer is of use; nil takes any.
  /// - Returns: a result whose digests hold: it belongs to this image, no byte of it changed on its way, and its
  ///   receipt names the model and generation that were asked for.
  /// - Throws: what the server answered, or DEADLINE, CANCELLED, or why the connection ended; UNKNOWN_MODEL for other
  ///   weights; code, scope and retry class tell what to do.
  public func segment(
    _ request: SegmentationRequest, expectedWeights: ContentDigest? = nil
  ) async throws(SegmentationError) -> SegmentationResult {
    let exchange = Exchange(
      try EncodedRequest(request, session: session, now: .now), deadline: request.deadline)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.execute { handler.value.submit(exchange, continuation) }
      }
    } onCancel: {
      exchange.cancel()
      loop.execute { handler.value.giveUp(exchange, SegmentationError(.cancelled)) }
    }
    let received = try outcome.get()
    try received.checkReceipt(answering: request, expectedWeights: expectedWeights)
    return try received.decode()
  }

  /// Segments an image.
  ///
  /// - Parameters:
  ///   - image: the pixels, or a PNG file, of `width` × `height`.
  ///   - outputs: what to answer with; not both precisions of probabilities.
  ///   - model: which model; "" is the default.
  ///   - time: how long the answer is of use; nil leaves it to the server.
  public func segment(
    _ image: SegmentationRequest.Image, width: Int, height: Int, outputs: OutputSet = .labels, model: String = "",
    within time: Duration? = nil
  ) async throws(SegmentationError) -> SegmentationResult {
    try await segment(
      SegmentationRequest(
        image: image, width: width, height: height, outputs: outputs, model: model,
        deadline: time.map { .now + $0 }))
  }

  /// Asks how the server is; answered at most once a second.
  ///
  /// - Parameter model: a model whose classes to name; "" lists all models without their classes.
  public func status(naming model: String = "") async throws(SegmentationError) -> ServerStatus {
    guard model.isEmpty || ModelDescription.isName(model) else {
      throw SegmentationError(.unknownModel, "a model's name is 1–64 of a–z, 0–9, _ and -")
    }
    let answer = await withCheckedContinuation { continuation in
      loop.execute { handler.value.submit(model, continuation) }
    }
    return ServerStatus(try answer.get())
  }
}

extension Client {
  /// A random number of the server's process: what has another is another server.
  var instance: UInt64 { session.server.instance }

  /// Whether the server was going away already when it greeted.
  var isDraining: Bool { session.server.state == .draining }

  /// Does something when no more requests can be opened here, before those in flight hear of it.
  func whenRetired(_ action: @escaping @Sendable () -> Void) { retired.whenComplete { _ in action() } }
}
