package import NIOCore

/// A client's side of one connection: bytes in, frames and actions out; it knows no channel and no clock.
///
/// The transport takes frames and actions as for ``ServerConnection``. Every request that was opened ends in exactly
/// one `.result` or `.failed`.
package struct ClientConnection: ~Copyable {
  /// How far the connection has come.
  enum Phase: Hashable {
    /// HELLO is sent, HELLO_ACK awaited.
    case hello
    /// AUTH is sent, AUTH_OK awaited.
    case authentication
    case open
    case closed
  }

  let configuration: ClientConfiguration
  let hello: Hello

  var phase = Phase.hello
  var decoder = FrameDecoder()
  var preface: ByteBuffer? = ByteBuffer(bytes: Preface.bytes)
  var outbox = Outbox(dataType: .data)
  var actions = CircularBuffer<ClientAction>()
  var chunks = ChunkReader()
  var requests: [RequestID: ClientRequest] = [:]
  /// What was agreed on, once it was.
  package internal(set) var session: ClientSession?
  /// Plain bytes of input that may still be opened.
  package internal(set) var credit: UInt64 = 0
  var lastOpened = RequestID.connection
  var isGoingAway = false
  var inputEnded = false

  var version = ProtocolVersion.unnegotiated
  var codecs: [Codec] = [.identity]
  var pings = CircularBuffer<UInt64>()
  /// For each unanswered question, whether it named a model.
  var infos = CircularBuffer<Bool>()

  var phaseStarted: ContinuousClock.Instant
  var frameStarted: ContinuousClock.Instant?
  var now: ContinuousClock.Instant

  /// Starts with a connection that was just made; preface and HELLO are the first frames.
  package init(_ configuration: ClientConfiguration, now: ContinuousClock.Instant) {
    self.configuration = configuration
    self.now = now
    phaseStarted = now
    let grease = Grease(seed: configuration.greaseSeed)
    hello = Hello(
      largestChunk: configuration.largestChunk, versions: [grease.version] + ProtocolVersion.spoken,
      codecs: configuration.codecs + [grease.codec], agent: configuration.agent, extensions: [grease.tlv])
    outbox.send(hello, version: .unnegotiated)
  }

  /// The requests that have not ended, in order.
  package var openRequests: [RequestID] {
    requests.filter { $0.value.stage != .discarding }.keys.sorted()
  }

  /// Whether `.close` was asked for.
  package var isClosed: Bool { phase == .closed }

  /// Whether a request of so many bytes of input may be opened now.
  package func canOpen(total: UInt64) -> Bool {
    guard phase == .open, !isGoingAway, let session else { return false }
    return total <= credit && requests.count < session.limits.maxInflight
  }

  /// Opens a request.
  ///
  /// - Precondition: ``canOpen(total:)``.
  package mutating func open(_ request: EncodedRequest) -> RequestID {
    precondition(canOpen(total: request.total), "ClientConnection: no room for \(request.total) bytes")
    let id = RequestID(rawValue: lastOpened.rawValue + 1)
    lastOpened = id
    credit -= request.total
    requests[id] = ClientRequest(open: request.open)
    outbox.send(request.open, id: id, version: version)
    outbox.send(request.body, id: id)
    return id
  }

  /// Gives a request up; it ends with CANCELLED, or with its result if that was quicker.
  package mutating func cancel(_ id: RequestID) {
    guard phase == .open, let stage = requests[id]?.stage, stage != .discarding else { return }
    outbox.drop(id)
    outbox.send(Cancel(), id: id, version: version)
  }

  /// Asks for a `.pong`; not more often than ``ProtocolLimits/pingInterval``.
  ///
  /// Ignored before HELLO_ACK.
  package mutating func ping(token: UInt64) {
    guard phase == .open || phase == .authentication else { return }
    pings.append(token)
    outbox.send(Ping(token: token), version: version)
  }

  /// Asks for an `.info` about one model, or "" for a list; not more often than once a second.
  ///
  /// Ignored before `.ready`.
  package mutating func askInfo(model: String = "") {
    guard phase == .open else { return }
    infos.append(!model.isEmpty)
    outbox.send(InfoRequest(model: model), version: version)
  }

  /// Takes bytes from the peer.
  package mutating func receive(_ bytes: ByteBuffer, now: ContinuousClock.Instant) {
    self.now = now
    guard phase != .closed, !inputEnded, bytes.readableBytes > 0 else { return }
    if frameStarted == nil { frameStarted = now }
    decoder.append(bytes)
  }

  /// Takes the end of the peer's bytes: what has no answer yet gets none.
  package mutating func receiveEnd(now: ContinuousClock.Instant) {
    self.now = now
    inputEnded = true
  }

  /// The next thing to do, or nil when more bytes are needed.
  package mutating func nextAction() -> ClientAction? {
    while actions.isEmpty, phase != .closed {
      do {
        if try step() { continue }
        if inputEnded { close(Self.connectionLost) }
        break
      } catch {
        close(error.disclosed(ending: .connection))
      }
    }
    return actions.popFirst()
  }

  /// The next bytes to write, if there are any.
  ///
  /// Frames of different requests take turns.
  package mutating func nextFrame() -> ByteBuffer? {
    if let preface {
      self.preface = nil
      return preface
    }
    guard let next = outbox.next(version: version) else { return nil }
    if let id = next.finished, requests[id]?.stage == .sending { requests[id]?.stage = .waiting }
    return next.frame
  }

  /// When `expire` must be called next unless something happens before; nil for never.
  package var nextTimeout: ContinuousClock.Instant? {
    switch phase {
    case .hello, .authentication: phaseStarted + configuration.handshakeTime
    case .open:
      frameStarted.flatMap { started in
        session.map { started + $0.limits.frameTime(wireLength: decoder.header?.wireLength ?? 0) }
      }
    case .closed: nil
    }
  }

  /// Ends the connection where the server took too long for a handshake or a frame.
  package mutating func expire(now: ContinuousClock.Instant) {
    self.now = now
    guard let timeout = nextTimeout, timeout <= now else { return }
    close(WireError(.timeout, "the server took too long in phase \(phase)").disclosed(ending: .connection))
  }

  /// The end of the connection without a word; requests are pure, so every one may be sent again.
  static let connectionLost = SegmentationError(
    code: .internal, scope: .connection, retry: .atOnce, retryAfter: .zero, detail: 0,
    message: "the server closed the connection")
}
