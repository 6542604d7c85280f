internal import Logging
internal import NIOCore
internal import Synchronization
internal import TesseraProtocol

/// Sends tiny inferences the way that requests go, now and then, and knows from them whether the server can serve.
///
/// The current generation of each model has its turn, one at a time. A worker or a model that hangs shows by the age of
/// the last success, since a canary waits in the same queue for the same thread. Requests that succeed prove as much,
/// so a model gets none while they do. A generation that takes over has the proof of the one before it until it has its
/// own, for it was tried before. Only the monotonic clock counts.
final class Canary: Sendable {
  private struct State {
    /// The one that is under way.
    var probe: Probe?
    /// The last one of each model, as it was at its start.
    var last: [String: Probe] = [:]
    /// When the last one of each model succeeded.
    var successes: [String: LastSuccess] = [:]
    /// What is known against a model whose last success is too old.
    var reasons: [String: Readiness.Reason] = [:]
    var isDraining = false
    /// What was last told.
    var told: Readiness?
    var waiting: [AsyncStream<Bool>.Continuation] = []
    var timer: RepeatedTask?
  }

  private struct Probe {
    let model: ModelDescription
    let started: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// Nil before it is admitted.
    var ticket: Ticket?
    /// Whether it was told to stop.
    var isStopped = false
  }

  /// Nil for a server that takes itself for ready as soon as its models are loaded.
  private let times: Server.CanaryTimes?
  private let models: ServedModels
  private let queue: RequestQueue
  private let metrics: ServerMetrics
  private let logger: Logger
  private let changed: @Sendable (Readiness) -> Void
  private let state = Mutex(State())

  /// - Parameter changed: hears of each change, from any thread.
  init(
    _ times: Server.CanaryTimes?, models: ServedModels, queue: RequestQueue, metrics: ServerMetrics,
    logger: Logger, changed: @escaping @Sendable (Readiness) -> Void
  ) {
    self.times = times
    self.models = models
    self.queue = queue
    self.metrics = metrics
    self.logger = logger
    self.changed = changed
  }

  /// Whether the server can serve now.
  var readiness: Readiness { state.withLock { assess($0, now: .now) } }

  /// Time since every model last had a success behind it; nil where one never had.
  ///
  /// - Parameter name: the one model to ask about; "" for all of them.
  func age(of name: String = "") -> Duration? {
    let asked = models.descriptions.filter { name.isEmpty || $0.name == name }
    let times = state.withLock { state in
      let served = queue.read { $0.successes }
      return asked.map { Self.latest(of: $0.name, state, served)?.time }
    }
    guard !times.contains(nil), let oldest = times.compactMap(\.self).min() else { return nil }
    return oldest.duration(to: .now)
  }

  /// Begins; the first canary goes as soon as the models are loaded.
  func start(on loop: any EventLoop) {
    guard let times else { return tell() }
    let pause = min(max(times.interval / 5, .milliseconds(5)), .seconds(1))
    let timer = loop.scheduleRepeatedTask(initialDelay: .zero, delay: TimeAmount(pause)) { [self] _ in look() }
    state.withLock { $0.timer = timer }
  }

  /// Does what is due; from any thread, such as when the models are loaded.
  func look() {
    if let times {
      let now = ContinuousClock.now
      expire(now)
      sendDue(now, times)
    }
    tell()
  }

  /// Ends: the server drains.
  func stop() {
    let (timer, probe) = state.withLock { state in
      state.isDraining = true
      defer { (state.timer, state.probe) = (nil, nil) }
      return (state.timer, state.probe)
    }
    timer?.cancel()
    if let ticket = probe?.ticket { queue.release(ticket) }
    tell()
  }

  /// Waits until the server is ready; false where it drains before, or the caller is cancelled.
  func waitUntilReady() async -> Bool {
    let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
    let known = state.withLock { state -> Bool? in
      if state.isDraining { return false }
      if state.told == .ready { return true }
      state.waiting.append(answer)
      return nil
    }
    if let known { return known }
    for await isReady in answers { return isReady }
    return false
  }

  private static func latest(
    of name: String, _ state: State, _ served: [String: LastSuccess]
  ) -> LastSuccess? {
    guard let own = state.successes[name] else { return served[name] }
    return own.orLater(served[name])
  }

  private func assess(_ state: State, now: ContinuousClock.Instant) -> Readiness {
    if state.isDraining { return .notReady(.draining) }
    guard models.areLoaded else { return .notReady(.starting) }
    guard let times else { return .ready }
    let served = queue.read { $0.successes }
    for model in models.descriptions {
      let latest = Self.latest(of: model.name, state, served)
      if let latest, latest.time.duration(to: now) <= times.freshness { continue }
      // One that grew old did so because no other came back, where nothing else is known.
      return .notReady(state.reasons[model.name] ?? (latest == nil ? .starting : .late))
    }
    return .ready
  }
}

extension Canary {
  /// Gives up one that has had its time.
  private func expire(_ now: ContinuousClock.Instant) {
    let late = state.withLock { state -> Ticket? in
      guard let probe = state.probe, let ticket = probe.ticket, probe.deadline <= now, !probe.isStopped else {
        return nil
      }
      state.probe?.isStopped = true
      state.reasons[probe.model.name] = .late
      return ticket
    }
    guard let late else { return }
    metrics.canary(.deadline)
    // One that the service has keeps its place until the service is done with it.
    if queue.stop(late) { forget(late) }
  }

  /// Begins the probe whose model has waited longest, where one is due and none is under way.
  private func claim(_ now: ContinuousClock.Instant, _ times: Server.CanaryTimes) -> Probe? {
    state.withLock { state in
      guard state.probe == nil, !state.isDraining, models.areLoaded else { return nil }
      let served = queue.read { $0.successes }
      let due = models.descriptions.filter { Self.isDue($0, state, served, now, times) }
      let last = state.last
      let fresh = due.first { last[$0.name] == nil }
      let next = fresh ?? due.min { (last[$0.name]?.started ?? now) < (last[$1.name]?.started ?? now) }
      guard let next else { return nil }
      let probe = Probe(model: next, started: now, deadline: now + times.freshness)
      state.probe = probe
      state.last[next.name] = probe
      return probe
    }
  }

  private static func isDue(
    _ model: ModelDescription, _ state: State, _ served: [String: LastSuccess], _ now: ContinuousClock.Instant,
    _ times: Server.CanaryTimes
  ) -> Bool {
    var hadNoRoom = false
    if case .refused? = state.reasons[model.name] { hadNoRoom = true }
    if let last = state.last[model.name], last.model.generation == model.generation, !hadNoRoom,
      last.started.duration(to: now) < times.interval
    {
      return false
    }
    guard let latest = latest(of: model.name, state, served), latest.generation == model.generation else {
      return true
    }
    // A success of half an interval ago is still fresh when the next one is due.
    return latest.time.duration(to: now) >= times.interval / 2
  }

  private func sendDue(_ now: ContinuousClock.Instant, _ times: Server.CanaryTimes) {
    guard let probe = claim(now, times) else { return }
    guard let generation = models.generation(of: probe.model) else {
      // It was replaced this moment; the next look finds the one that is there now.
      return state.withLock { $0.probe = nil }
    }
    let request = CompleteRequest(probing: probe.model, deadline: probe.deadline, now: now)
    let ticket: Ticket
    do throws(SegmentationError) {
      ticket = try queue.admitOwn(bytes: UInt64(request.request.image.bytes.count) * 4, deadline: probe.deadline)
    } catch {
      metrics.canary(error.code)
      return state.withLock { state in
        state.probe = nil
        state.reasons[probe.model.name] = .refused(error.code)
      }
    }
    let isWanted = state.withLock { state in
      state.probe?.ticket = ticket
      return state.probe != nil
    }
    guard isWanted else { return queue.release(ticket) }
    queue.enqueue(
      Job(
        ticket: ticket, request: request, generation: generation, deadline: probe.deadline, enqueued: now,
        deliver: { [self] outcome in hear(ticket, outcome) }))
  }

  /// Takes the outcome, and goes on with the next model that is due; from any thread.
  private func hear(_ ticket: Ticket, _ outcome: Outcome) {
    let now = ContinuousClock.now
    let heard = state.withLock { state -> Probe? in
      guard let probe = state.probe, probe.ticket == ticket else { return nil }
      state.probe = nil
      let name = probe.model.name
      switch outcome {
      case .result:
        let success = LastSuccess(generation: probe.model.generation, time: now)
        state.successes[name] = success.orLater(state.successes[name])
        state.reasons[name] = nil
      case .failure(let error): if !probe.isStopped { state.reasons[name] = .failing(error.code) }
      }
      return probe
    }
    if let heard, !heard.isStopped { note(outcome, of: heard.model) }
    if let times { sendDue(now, times) }
    tell()
  }

  private func note(_ outcome: Outcome, of model: ModelDescription) {
    switch outcome {
    case .result: metrics.canary(nil)
    case .failure(let error):
      metrics.canary(error.code)
      logger.warning(
        "the canary failed",
        metadata: [
          "model": "\(model.name)", "generation": "\(model.generation)", "code": "\(error.code)",
          "cause": "\(EscapedText(error.message))",
        ])
    }
  }

  private func forget(_ ticket: Ticket) {
    state.withLock { state in if state.probe?.ticket == ticket { state.probe = nil } }
  }

  /// Tells whoever wants to know, where something has changed.
  private func tell() {
    let (change, waiting) = state.withLock { state -> (Readiness?, [AsyncStream<Bool>.Continuation]) in
      let readiness = assess(state, now: .now)
      guard state.told != readiness else { return (nil, []) }
      state.told = readiness
      guard readiness == .ready || state.isDraining else { return (readiness, []) }
      defer { state.waiting.removeAll() }
      return (readiness, state.waiting)
    }
    for continuation in waiting {
      continuation.yield(change == .ready)
      continuation.finish()
    }
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
