package import NIOCore

/// A server's side of one connection: bytes in, frames and actions out; it knows no channel, clock or model.
///
/// After every call that changes something, the transport takes what came of it, actions first:
///
///     repeat {
///       while let action = connection.nextAction() { perform(action) }
///     } while writeFrames()
///
/// where `writeFrames` writes ``nextFrame()`` while the channel takes more and there is one, and tells whether there
/// was any. Performing an action brings frames, and the last frame taken may bring an action, such as to close: so
/// actions are taken again for as long as frames were written. Answers for ids that are gone are ignored: a result may
/// come when its client has already left.
package struct ServerConnection: ~Copyable {
  /// How far the connection has come.
  enum Phase: Hashable {
    /// The preface is being read; so many bytes were right.
    case preface(Int)
    case hello
    case authentication
    case open
    case closed
  }

  /// A decision of the transport without which nothing more is read.
  enum Undecided: Hashable {
    case authentication
    case admission(RequestID)
  }

  let configuration: ServerConfiguration
  /// The models that requests may name: the current generation of each, the default first, then earlier ones that are
  /// still loaded.
  ///
  /// Set it anew when a model was loaded.
  package var models: [ModelDescription]
  /// What HELLO_ACK says.
  package var state: ServerState
  /// Which requests are not refused with NOT_READY.
  package var intake: Intake

  var phase = Phase.preface(0)
  var undecided: Undecided?
  var decoder = FrameDecoder()
  var outbox = Outbox(dataType: .resultData)
  var actions = CircularBuffer<ServerAction>()
  var chunks = ChunkReader()
  var requests: [RequestID: ServerRequest] = [:]
  var endings = CircularBuffer<RequestEnding>()

  /// The largest id opened.
  package internal(set) var lastOpened = RequestID.connection
  /// Plain bytes of input that the client may still open.
  package internal(set) var credit: UInt64
  /// DATA of finished ids since the last OPEN.
  var skipped: UInt64 = 0
  /// No request above this id is taken; nil before the final GOAWAY.
  var lastTaken: RequestID?
  var inputEnded = false

  var version = ProtocolVersion.unnegotiated
  var codecs: [Codec] = [.identity]
  var answerEncoding = BodyEncoding(chunkLimit: MessageType.leastChunk, codec: .identity)

  var now: ContinuousClock.Instant
  /// When the current phase began.
  var phaseStarted: ContinuousClock.Instant
  /// When the first byte of the frame being read came.
  var frameStarted: ContinuousClock.Instant?
  var lastFrame: ContinuousClock.Instant
  /// When input last came that a request waits for, its OPEN included.
  var lastInput: ContinuousClock.Instant
  /// When the channel last had written all frames that were taken.
  var lastWritten: ContinuousClock.Instant
  /// Whether it has now.
  var isWritten = true
  var pings: RateGate
  var infos = RateGate(interval: .seconds(1))
  var glitches: GlitchCounter

  /// Starts with a connection that was just accepted; a server that is starting takes no requests yet.
  package init(
    _ configuration: ServerConfiguration, models: [ModelDescription], state: ServerState, now: ContinuousClock.Instant
  ) {
    self.configuration = configuration
    self.models = models
    self.state = state
    intake = state == .starting ? .nothing : .everything
    self.now = now
    phaseStarted = now
    lastFrame = now
    lastInput = now
    lastWritten = now
    credit = configuration.limits.credit
    pings = RateGate(interval: configuration.limits.pingInterval)
    glitches = GlitchCounter(limit: configuration.glitchLimit, window: configuration.glitchWindow, now: now)
  }

  /// The requests that have no terminal frame yet, admitted ones only, in order.
  package var openRequests: [RequestID] {
    requests.filter { $0.value.stage != .undecided }.keys.sorted()
  }

  /// Whether `.close` was asked for.
  package var isClosed: Bool { phase == .closed }

  /// Takes bytes from the peer.
  package mutating func receive(_ bytes: ByteBuffer, now: ContinuousClock.Instant) {
    self.now = now
    guard phase != .closed, !inputEnded, bytes.readableBytes > 0 else { return }
    if frameStarted == nil { frameStarted = now }
    decoder.append(bytes)
  }

  /// Takes the end of the peer's bytes: no more requests, but answers still go out.
  package mutating func receiveEnd(now: ContinuousClock.Instant) {
    self.now = now
    inputEnded = true
  }

  /// The next thing to do, or nil when more bytes, a decision or time are needed.
  package mutating func nextAction() -> ServerAction? {
    while actions.isEmpty, phase != .closed, undecided == nil {
      do {
        if try step() { continue }
        if inputEnded { dropUnfinishedRequests() }
        closeIfDone()
        break
      } catch {
        failConnection(error)
      }
    }
    return actions.popFirst()
  }

  /// The next frame to write, if there is one.
  ///
  /// Frames of different answers take turns.
  package mutating func nextFrame() -> ByteBuffer? {
    guard let next = outbox.next(version: version) else { return nil }
    isWritten = false
    if let id = next.finished { finish(id, .answered) }
    return next.frame
  }

  /// The next request that has ended and was not told of yet; refused ones are among them.
  package mutating func nextEnding() -> RequestEnding? { endings.popFirst() }

  /// Notes that all frames taken so far are written; before that the connection is not idle.
  package mutating func written(now: ContinuousClock.Instant) {
    isWritten = true
    lastWritten = now
  }
}
