import NIOCore
import TesseraProtocol
import TestSupport

@testable import TesseraProtocol

/// A client and a server wired to each other without a channel, and a service that answers at once.
struct Pair: ~Copyable {
  var client: ClientConnection
  var server: ServerConnection
  var now: ContinuousClock.Instant
  var service = FakeService()

  /// Whether the server's transport answers `.request` itself; a test may do it later.
  var answersAtOnce = true
  var admission: (OpenRequest) -> SegmentationError? = { _ in nil }
  var token: [UInt8] = []

  /// What the transports were asked to do, in order.
  var clientActions: [ClientAction] = []
  var serverActions: [ServerAction] = []
  var toServer: [UInt8] = []
  var toClient: [UInt8] = []
  /// Changes the bytes on their way; for each direction the offset in the stream is told.
  var damage: (_ toServer: Bool, _ offset: Int, inout [UInt8]) -> Void = { _, _, _ in }

  init(
    service: FakeService = FakeService(), server: (inout ServerConfiguration) -> Void = { _ in },
    client: (inout ClientConfiguration) -> Void = { _ in }, state: ServerState = .ready
  ) {
    now = ContinuousClock.now
    self.service = service
    var serverConfiguration = ServerConfiguration(instance: 0x4000_0000_0000_0001)
    server(&serverConfiguration)
    var clientConfiguration = ClientConfiguration(greaseSeed: 0x7000_0000_0000_0000)
    client(&clientConfiguration)
    self.server = ServerConnection(serverConfiguration, models: [service.model], state: state, now: now)
    self.client = ClientConnection(clientConfiguration, now: now)
  }

  /// Moves frames and performs actions until nothing happens any more.
  mutating func run() {
    var moved = true
    while moved {
      moved = false
      while let frame = client.nextFrame() {
        deliver(frame.array, toServer: true)
        moved = true
      }
      if performServerActions() { moved = true }
      while let frame = server.nextFrame() {
        deliver(frame.array, toServer: false)
        server.written(now: now)
        moved = true
      }
      if performServerActions() { moved = true }
      if performClientActions() { moved = true }
    }
  }

  private mutating func deliver(_ bytes: [UInt8], toServer: Bool) {
    var bytes = bytes
    damage(toServer, toServer ? self.toServer.count : toClient.count, &bytes)
    if toServer {
      self.toServer += bytes
      server.receive(ByteBuffer(bytes: bytes), now: now)
    } else {
      toClient += bytes
      client.receive(ByteBuffer(bytes: bytes), now: now)
    }
  }

  mutating func performClientActions() -> Bool {
    var acted = false
    while let action = client.nextAction() {
      clientActions.append(action)
      acted = true
    }
    return acted
  }

  mutating func performServerActions() -> Bool {
    var acted = false
    while let action = server.nextAction() {
      serverActions.append(action)
      acted = true
      switch action {
      case .authenticate(let shown):
        if Auth.matches(shown, token) { server.authenticated(secondsValid: 60) } else { server.rejectAuthentication() }
      case .admit(let request):
        if let error = admission(request) { server.refuse(request.id, error) } else { server.admit(request.id) }
      case .request(let complete): if answersAtOnce { answer(complete) }
      case .cancel(let id): server.fail(id, SegmentationError(.cancelled))
      case .info(let model):
        server.inform(
          InfoAnswer(
            state: .ready, reason: 0, queued: 1, queueLimit: 64, sinceCanary: .milliseconds(20),
            models: model.isEmpty || model == service.model.name
              ? [ModelSummary(service.model, namesClasses: !model.isEmpty)] : []))
      case .close: break
      }
    }
    return acted
  }

  mutating func answer(_ complete: CompleteRequest) {
    do {
      let result = service.answer(complete.request)
      server.respond(complete.id, try EncodedResult(result, for: complete, maxResult: 1 << 27))
    } catch {
      server.fail(complete.id, error)
    }
  }

  /// Opens a request as soon as the handshake is done.
  mutating func open(_ request: SegmentationRequest) throws(SegmentationError) -> RequestID {
    run()
    guard let session = client.session else { throw SegmentationError(.notReady) }
    let encoded = try EncodedRequest(request, session: session, now: now)
    guard client.canOpen(total: encoded.total) else { throw SegmentationError(.overloaded) }
    return client.open(encoded)
  }

  /// Opens a request and returns how it ended.
  mutating func exchange(_ request: SegmentationRequest) throws(SegmentationError) -> SegmentationResult {
    let id = try open(request)
    run()
    return try outcome(of: id)
  }

  /// How a request ended.
  func outcome(of id: RequestID) throws(SegmentationError) -> SegmentationResult {
    for action in clientActions {
      switch action {
      case .result(id, let result): return try result.decode()
      case .failed(id, let error): throw error
      default: continue
      }
    }
    throw SegmentationError(.timeout, "no answer")
  }

  /// Why the server closed the connection, if it did for a reason.
  var serverFault: ErrorCode? {
    for case .close(let error?) in serverActions { return error.code }
    return nil
  }

  /// What the client closed the connection with.
  var clientFault: ErrorCode? {
    for case .close(let error) in clientActions { return error.code }
    return nil
  }
}
