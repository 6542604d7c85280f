internal import Logging
internal import NIOCore
internal import Synchronization
internal import TesseraProtocol

/// Sends a tiny inference the way that requests go, now and then, and knows from it whether the server can serve.
///
/// A worker or a model that hangs shows by the age of the last success, since a canary waits in the same queue for the
/// same thread. Requests that succeed prove as much, so none is sent while they do. Only the monotonic clock counts.
final class Canary: Sendable {
  private struct State {
    /// The one that is under way.
    var pending: (ticket: Ticket, deadline: ContinuousClock.Instant)?
    /// Whether the one under way was told to stop.
    var isStopped = false
    var lastStart: ContinuousClock.Instant?
    var lastSuccess: ContinuousClock.Instant?
    /// Why the server is not ready, where the last success is too old.
    var reason = Readiness.Reason.starting
    var isDraining = false
    /// What was last told.
    var told: Readiness?
    var waiting: [AsyncStream<Void>.Continuation] = []
    var timer: RepeatedTask?
  }

  /// Nil for a server that takes itself for ready.
  private let times: Server.CanaryTimes?
  private let service: any SegmentationService
  private let queue: RequestQueue
  private let metrics: ServerMetrics
  private let logger: Logger
  private let changed: @Sendable (Readiness) -> Void
  private let state = Mutex(State())

  /// - Parameter changed: hears of each change, from any thread.
  init(
    _ times: Server.CanaryTimes?, service: any SegmentationService, queue: RequestQueue, metrics: ServerMetrics,
    logger: Logger, changed: @escaping @Sendable (Readiness) -> Void
  ) {
    self.times = times
    self.service = service
    self.queue = queue
    self.metrics = metrics
    self.logger = logger
    self.changed = changed
  }

  /// Whether the server can serve now.
  var readiness: Readiness {
    let served = queue.read { $0.lastSuccess }
    return state.withLock { assess($0, served: served, now: .now) }
  }

  /// Time since an inference last succeeded; nil before the first.
  var age: Duration? {
    let served = queue.read { $0.lastSuccess }
    return state.withLock { Self.latest($0, served) }.map { $0.duration(to: .now) }
  }

  /// Begins; the first canary goes at once.
  func start(on loop: any EventLoop) {
    guard let times else { return tell() }
    let pause = min(max(times.interval / 5, .milliseconds(5)), .seconds(1))
    let timer = loop.scheduleRepeatedTask(initialDelay: .zero, delay: TimeAmount(pause)) { [self] _ in
      tick(times)
    }
    state.withLock { $0.timer = timer }
  }

  /// Ends: the server drains.
  func stop() {
    let (timer, pending) = state.withLock { state in
      state.isDraining = true
      defer { (state.timer, state.pending) = (nil, nil) }
      return (state.timer, state.pending)
    }
    timer?.cancel()
    if let pending { queue.release(pending.ticket) }
    tell()
  }

  /// Waits until the server is ready; false where it drains before, or the caller is cancelled.
  func waitUntilReady() async -> Bool {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let served = queue.read { $0.lastSuccess }
    let isOver = state.withLock { state in
      if state.isDraining || assess(state, served: served, now: .now) == .ready { return true }
      state.waiting.append(end)
      return false
    }
    if !isOver { for await _ in ends {} }
    return readiness == .ready
  }

  private static func latest(
    _ state: borrowing State, _ served: ContinuousClock.Instant?
  ) -> ContinuousClock.Instant? {
    guard let own = state.lastSuccess, let served else { return state.lastSuccess ?? served }
    return max(own, served)
  }

  private func assess(
    _ state: borrowing State, served: ContinuousClock.Instant?, now: ContinuousClock.Instant
  ) -> Readiness {
    if state.isDraining { return .notReady(.draining) }
    guard let times else { return .ready }
    if let latest = Self.latest(state, served), latest.duration(to: now) <= times.freshness { return .ready }
    return .notReady(state.reason)
  }
}

extension Canary {
  private func tick(_ times: Server.CanaryTimes) {
    let now = ContinuousClock.now
    expire(now)
    if isDue(now, times) { send(now, times) }
    tell()
  }

  /// Gives up one that has had its time.
  private func expire(_ now: ContinuousClock.Instant) {
    let late = state.withLock { state -> Ticket? in
      guard let pending = state.pending, pending.deadline <= now, !state.isStopped else { return nil }
      state.isStopped = true
      state.reason = .late
      return pending.ticket
    }
    guard let late else { return }
    metrics.canary(.deadline)
    // One that the service has keeps its place until the service is done with it.
    if queue.stop(late) { forget(late) }
  }

  private func isDue(_ now: ContinuousClock.Instant, _ times: Server.CanaryTimes) -> Bool {
    let served = queue.read { $0.lastSuccess }
    return state.withLock { state in
      guard state.pending == nil, !state.isDraining else { return false }
      if let start = state.lastStart, start.duration(to: now) < times.interval { return false }
      // A success of half an interval ago is still fresh when the next one is due.
      return Self.latest(state, served).map { $0.duration(to: now) >= times.interval / 2 } ?? true
    }
  }

  private func send(_ now: ContinuousClock.Instant, _ times: Server.CanaryTimes) {
    let deadline = now + times.freshness
    let probe = CompleteRequest(probing: service.model, deadline: deadline, now: now)
    let ticket: Ticket
    do throws(SegmentationError) {
      ticket = try queue.admitOwn(bytes: UInt64(probe.request.image.bytes.count) * 4, deadline: deadline)
    } catch {
      metrics.canary(error.code)
      return state.withLock { state in
        state.lastStart = now
        state.reason = .refused(error.code)
      }
    }
    let isWanted = state.withLock { state in
      if state.isDraining { return false }
      state.lastStart = now
      state.pending = (ticket, deadline)
      state.isStopped = false
      return true
    }
    guard isWanted else { return queue.release(ticket) }
    queue.enqueue(
      Job(
        ticket: ticket, request: probe, deadline: deadline, enqueued: now,
        deliver: { [self] outcome in hear(ticket, outcome) }))
  }

  /// Takes the outcome; from any thread.
  private func hear(_ ticket: Ticket, _ outcome: Outcome) {
    let now = ContinuousClock.now
    let isOwn = state.withLock { state -> Bool in
      guard state.pending?.ticket == ticket else { return false }
      state.pending = nil
      switch outcome {
      case .result:
        state.lastSuccess = now
        // Until something else is known, one that grows old did so because no other came back.
        state.reason = .late
      case .failure(let error): if !state.isStopped { state.reason = .failing(error.code) }
      }
      return !state.isStopped
    }
    guard isOwn else { return tell() }
    switch outcome {
    case .result: metrics.canary(nil)
    case .failure(let error):
      metrics.canary(error.code)
      logger.warning(
        "the canary failed", metadata: ["code": "\(error.code)", "cause": "\(EscapedText(error.message))"])
    }
    tell()
  }

  private func forget(_ ticket: Ticket) {
    state.withLock { state in if state.pending?.ticket == ticket { state.pending = nil } }
  }

  /// Tells whoever wants to know, where something has changed.
  private func tell() {
    let served = queue.read { $0.lastSuccess }
    let (change, waiting) = state.withLock { state -> (Readiness?, [AsyncStream<Void>.Continuation]) in
      let readiness = assess(state, served: served, now: .now)
      guard state.told != readiness else { return (nil, []) }
      state.told = readiness
      guard readiness == .ready || state.isDraining else { return (readiness, []) }
      defer { state.waiting.removeAll() }
      return (readiness, state.waiting)
    }
    for continuation in waiting { continuation.finish() }
    guard let change else { return }
    switch change {
    case .ready: logger.notice("ready")
    case .notReady(.starting), .notReady(.draining): break
    case .notReady: logger.warning("\(change)")
    }
    changed(change)
  }
}

extension CompleteRequest {
  /// A small grey image for a model.
  fileprivate init(probing model: ModelDescription, deadline: ContinuousClock.Instant, now: ContinuousClock.Instant) {
    let least = max(Int(clamping: model.minimumSide), 32)
    let multiple = Int(clamping: model.sideMultiple)
    let side = (least + multiple - 1) / multiple * multiple
    let pixels = [UInt8](repeating: 128, count: 3 * side * side)
    self.init(
      id: .connection,
      request: SegmentationRequest(
        image: .rgb8(pixels), width: side, height: side, outputs: .labels, model: model.name,
        generation: model.generation, deadline: deadline),
      model: model, inputDigest: ContentDigest(of: pixels), started: now, traceparent: nil,
      encoding: BodyEncoding(chunkLimit: 65_536, codec: .identity))
  }
}
