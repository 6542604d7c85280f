import NIOCore
import TesseraProtocol
import TestSupport

extension FuzzTarget {
  /// A server's whole connection: options, how the stream is cut, then the client's stream with its preface.
  static let server = FuzzTarget(
    name: "server", longest: 2048,
    examples: {
      try SelfPlay.toServer(prefacing: true).enumerated().map { index, stream in
        [[0, 2, 4, 8][index % 4], UInt8(truncatingIfNeeded: index)] + stream
      }
    },
    check: { (input) throws(BrokenPromise) in
      guard input.count >= 2 else { return }
      let stream = input.dropFirst(2)
      let options = ServerOptions(rawValue: input[0])
      let whole = try ServerRun.transcript(of: stream, options: options, pattern: 0)
      let cut = try ServerRun.transcript(of: stream, options: options, pattern: input[1])
      // A server that drains hangs up as soon as it has answered; what comes later is not read.
      try promise(
        whole == cut || options.contains(.drains), "what a server says depends on where the stream is cut")
      try Poison.check(whole.said, input: input)
    },
    // Options, pattern and preface.
    repair: .frames(prefix: 10, digests: SelfPlay.repairRequests))
}

/// How the server of a run differs from the usual one.
struct ServerOptions: OptionSet {
  let rawValue: UInt8

  /// It asks for the token 1, 2, 3.
  static let asksForToken = Self(rawValue: 1)
  /// It answers only when the stream is over.
  static let holdsAnswers = Self(rawValue: 2)
  static let hasSmallLimits = Self(rawValue: 4)
  /// It has no room for requests of more than 8 bytes.
  static let refusesSome = Self(rawValue: 8)
  static let isStarting = Self(rawValue: 16)
  /// It drains from the first request on.
  static let drains = Self(rawValue: 32)
}

/// A server's connection and a transport around it that performs every action at once.
struct ServerRun: ~Copyable {
  /// What came of a stream.
  struct Transcript: Hashable {
    var said: [UInt8] = []
    var requests: [ContentDigest] = []
    var fault: UInt16?
  }

  /// More pixels would only cost time.
  private static let service = FakeService(model: FakeService.describe(classes: 3, maximumPixels: 256))

  private var connection: ServerConnection
  private let options: ServerOptions
  private let now = ContinuousClock.now
  private let granted: UInt64
  private var totals: [RequestID: UInt64] = [:]
  private var held: [CompleteRequest] = []
  private var transcript = Transcript()
  private var watch = FrameWatch(types: [.helloAck, .authOK, .result, .resultData, .error, .pong, .infoAnswer, .goAway])

  static func transcript(
    of stream: ArraySlice<UInt8>, options: ServerOptions, pattern: UInt8
  ) throws(BrokenPromise) -> Transcript {
    var run = ServerRun(options)
    for piece in Segments(stream, pattern: pattern).pieces {
      run.connection.receive(ByteBuffer(bytes: piece), now: run.now)
      try run.settle()
    }
    try run.end()
    return run.transcript
  }

  private init(_ options: ServerOptions) {
    var configuration = ServerConfiguration(instance: 0x4000_0000_0000_0001)
    // Larger chunks only make bombs slower to refuse.
    configuration.limits.maxChunk = 1 << 16
    if options.contains(.asksForToken) { configuration.authentication = .token }
    if options.contains(.hasSmallLimits) {
      configuration.limits.maxChunk = 64
      configuration.limits.maxInflight = 2
      configuration.limits.credit = 100
      configuration.limits.maxMessage = 90
      configuration.glitchLimit = 2
    }
    self.options = options
    granted = configuration.limits.credit
    connection = ServerConnection(
      configuration, models: [Self.service.model], state: options.contains(.isStarting) ? .starting : .ready,
      now: now)
  }

  /// Performs actions and takes frames until nothing is left to do.
  private mutating func settle() throws(BrokenPromise) {
    try takeFrames()
    while let action = connection.nextAction() {
      perform(action)
      try takeFrames()
      try checkCredit()
    }
  }

  private mutating func takeFrames() throws(BrokenPromise) {
    while let frame = connection.nextFrame() {
      connection.written(now: now)
      let bytes = Array(frame.readableBytesView)
      try watch.see(bytes)
      transcript.said += bytes
    }
  }

  private mutating func perform(_ action: ServerAction) {
    switch action {
    case .authenticate(let token):
      if Auth.matches(token, [1, 2, 3]) {
        connection.authenticated(secondsValid: 60)
      } else {
        connection.rejectAuthentication()
      }
    case .admit(let request):
      totals[request.id] = request.open.total
      if options.contains(.refusesSome), request.open.total > 8 {
        connection.refuse(request.id, SegmentationError(.overloaded))
      } else {
        connection.admit(request.id)
      }
      if options.contains(.drains) { connection.drain(grace: .seconds(1)) }
    case .request(let complete):
      transcript.requests.append(ContentDigest(of: complete.request.image.bytes))
      if options.contains(.holdsAnswers) { held.append(complete) } else { answer(complete) }
    case .cancel(let id): connection.fail(id, SegmentationError(.cancelled))
    case .info(let model):
      connection.inform(
        InfoAnswer(
          state: .ready, reason: 0, queued: 1, queueLimit: 64, sinceCanary: .milliseconds(20),
          models: model.isEmpty || model == "toy"
            ? [ModelSummary(Self.service.model, namesClasses: !model.isEmpty)] : []))
    case .close(let error): transcript.fault = error?.code.rawValue
    }
  }

  private mutating func answer(_ complete: CompleteRequest) {
    do throws(SegmentationError) {
      let result = try EncodedResult(
        Self.service.answer(complete.request), for: complete, maxResult: ProtocolLimits().maxResult)
      connection.respond(complete.id, result)
    } catch {
      connection.fail(complete.id, error)
    }
  }

  /// What is granted is either left or held by an open request.
  private func checkCredit() throws(BrokenPromise) {
    guard !connection.isClosed else { return }
    let open = connection.openRequests.reduce(0) { $0 + (totals[$1] ?? 0) }
    try promise(
      connection.credit + open == granted, "credit \(connection.credit) and \(open) in use are not \(granted)")
  }

  /// Ends the stream, answers what was held, and holds that nothing is left open then.
  private mutating func end() throws(BrokenPromise) {
    connection.receiveEnd(now: now)
    try settle()
    for complete in held {
      answer(complete)
      try settle()
    }
    connection.expire(now: now + .seconds(3600))
    try settle()
    try promise(connection.isClosed, "the connection stays open for ever")
    try promise(connection.openRequests.isEmpty, "requests outlive the connection")
  }
}
