import NIOCore
import TesseraLabels
import TesseraProtocol

extension FuzzTarget {
  /// A client's whole connection: options, how the stream is cut, then the server's stream.
  static let client = FuzzTarget(
    name: "client", longest: 2048,
    examples: {
      try SelfPlay.toClient().enumerated().map { index, stream in
        [SelfPlay.options[index], UInt8(truncatingIfNeeded: index)] + stream
      }
    },
    check: { (input) throws(BrokenPromise) in
      guard input.count >= 2 else { return }
      let stream = input.dropFirst(2)
      let whole = try ClientRun.transcript(of: stream, options: ClientOptions(rawValue: input[0]), pattern: 0)
      let cut = try ClientRun.transcript(of: stream, options: ClientOptions(rawValue: input[0]), pattern: input[1])
      try promise(whole == cut, "what a client concludes depends on where the stream is cut")
      try Poison.check(whole.said + whole.results.flatMap(\.bytes), input: input)
    }, repair: .frames(prefix: 2, digests: SelfPlay.repairAnswers))
}

/// What the client of a run asks for.
struct ClientOptions: OptionSet {
  let rawValue: UInt8

  /// So many requests, 0 to 3, in the two lowest bits.
  var requestCount: Int { Int(rawValue & 3) }
  /// It offers zstd.
  static let compresses = Self(rawValue: 4)
  /// It has the token 1, 2, 3.
  static let hasToken = Self(rawValue: 8)
  /// It pings and asks for information.
  static let asks = Self(rawValue: 16)
  /// It gives its first request up at once.
  static let cancels = Self(rawValue: 32)
  /// It takes little.
  static let hasSmallLimits = Self(rawValue: 64)

  var configuration: ClientConfiguration {
    var configuration = ClientConfiguration(greaseSeed: 0x7000_0000_0000_0000)
    configuration.codecs = contains(.compresses) ? Codec.spoken : [.identity]
    configuration.token = contains(.hasToken) ? [1, 2, 3] : nil
    if contains(.hasSmallLimits) {
      configuration.largestChunk = 1 << 16
      configuration.maxResult = 64
    }
    return configuration
  }

  /// The requests, with ids from 1.
  var requests: [SegmentationRequest] { Array(Self.all.prefix(requestCount)) }

  private static let all = [
    SegmentationRequest(image: .rgb8([1, 2, 3, 4, 5, 6]), width: 2, height: 1),
    SegmentationRequest(
      image: .rgb8([UInt8](repeating: 7, count: 36)), width: 3, height: 4,
      outputs: [.labels, .confidence, .probabilitiesF16, .palettePNG]),
    SegmentationRequest(
      image: .png([9, 8, 7]), width: 1, height: 5, outputs: [.confidence, .probabilitiesF32], model: "toy"),
  ]
}

/// A client's connection and a transport around it that performs every action at once.
struct ClientRun: ~Copyable {
  struct Result: Hashable {
    let id: UInt64
    let bytes: [UInt8]
  }

  /// What came of a stream.
  struct Transcript: Hashable {
    var said: [UInt8] = []
    var results: [Result] = []
    var failures: [UInt64: UInt16] = [:]
    var fault: UInt16?
  }

  private var connection: ClientConnection
  private let options: ClientOptions
  private let now: ContinuousClock.Instant
  private var opened: [RequestID: SegmentationRequest] = [:]
  private var transcript = Transcript()
  private var watch = FrameWatch(types: [.hello, .auth, .open, .data, .cancel, .ping, .info])
  private var isPrefaced = false

  static func transcript(
    of stream: ArraySlice<UInt8>, options: ClientOptions, pattern: UInt8
  ) throws(BrokenPromise) -> Transcript {
    var run = ClientRun(options)
    try run.settle()
    for piece in Segments(stream, pattern: pattern).pieces {
      run.connection.receive(ByteBuffer(bytes: piece), now: run.now)
      try run.settle()
    }
    run.connection.receiveEnd(now: run.now)
    try run.settle()
    try run.checkEnd()
    return run.transcript
  }

  private init(_ options: ClientOptions) {
    now = ContinuousClock.now
    self.options = options
    connection = ClientConnection(options.configuration, now: now)
  }

  private mutating func settle() throws(BrokenPromise) {
    try takeFrames()
    while let action = connection.nextAction() {
      try perform(action)
      try takeFrames()
    }
  }

  private mutating func takeFrames() throws(BrokenPromise) {
    while let frame = connection.nextFrame() {
      let bytes = Array(frame.readableBytesView)
      if isPrefaced { try watch.see(bytes) }
      isPrefaced = true
      transcript.said += bytes
    }
  }

  private mutating func perform(_ action: ClientAction) throws(BrokenPromise) {
    switch action {
    case .ready(let session): begin(session)
    case .result(let id, let received): try conclude(id, received)
    case .failed(let id, let error):
      try promise(opened[id] != nil, "request \(id), which nobody made, has failed")
      try noteEnd(of: id)
      transcript.failures[id.rawValue] = error.code.rawValue
    case .pong(let token): try promise(options.contains(.asks) && token == 5, "a PONG that nobody asked for")
    case .info: try promise(options.contains(.asks), "an INFO that nobody asked for")
    case .goAway: break
    case .close(let error): transcript.fault = error.code.rawValue
    }
  }

  private mutating func begin(_ session: ClientSession) {
    for request in options.requests {
      // A server may have limits under which a request is not even sent.
      guard let encoded = try? EncodedRequest(request, session: session, now: now),
        connection.canOpen(total: encoded.total)
      else { continue }
      opened[connection.open(encoded)] = request
    }
    if options.contains(.cancels) { connection.cancel(RequestID(rawValue: 1)) }
    if options.contains(.asks) {
      connection.ping(token: 5)
      connection.askInfo(model: "toy")
    }
  }

  /// A result is that of the request: its shape, its input, and bytes of the digest that was announced.
  private mutating func conclude(_ id: RequestID, _ received: ReceivedResult) throws(BrokenPromise) {
    guard let request = opened[id] else { throw BrokenPromise("a result of request \(id), which nobody made") }
    try noteEnd(of: id)
    let message = received.message
    try promise(
      message.inputDigest == ContentDigest(of: request.image.bytes), "request \(id) gets the answer to another input")
    try promise(message.outputDigest == ContentDigest(of: received.bytes), "a damaged result is taken")
    let result: SegmentationResult
    do throws(SegmentationError) {
      result = try received.decode()
    } catch {
      transcript.failures[id.rawValue] = error.code.rawValue
      return
    }
    let (width, height) = (request.width, request.height)
    try promise(
      result.width == width && result.height == height && result.outputs == request.outputs,
      "a result of another shape or with other outputs is taken")
    try promise(
      result.labels.map { $0.indices(void: .max).allSatisfy { $0 < result.classCount } } ?? true,
      "a label that is no class is taken")
    try promise(result.confidence.map { $0.count == width * height } ?? true, "confidence of another size is taken")
    transcript.results.append(Result(id: id.rawValue, bytes: received.bytes))
  }

  private func noteEnd(of id: RequestID) throws(BrokenPromise) {
    try promise(
      transcript.failures[id.rawValue] == nil && !transcript.results.contains { $0.id == id.rawValue },
      "request \(id) ends twice")
  }

  private func checkEnd() throws(BrokenPromise) {
    try promise(connection.isClosed, "the connection stays open for ever")
    try promise(
      opened.count == transcript.results.count + transcript.failures.count, "a request was forgotten")
  }
}
