internal import Logging
internal import NIOCore
internal import Synchronization
internal import TesseraProtocol

/// Sends tiny inferences the way that requests go, now and then, and knows from them whether the server can serve.
///
/// The current generation of each model has its turn. A worker or a model that hangs shows by the age of the last
/// success, since a canary waits in the same queue for the same thread. Requests that succeed prove as much.
/// ``CanaryState`` decides; this carries out what it says, and tells of each change, one after another.
final class Canary: Sendable {
  private struct Core {
    var state: CanaryState
    /// What was last told.
    var told: Readiness?
    var isDraining = false
    var waiting: [AsyncStream<Bool>.Continuation] = []
    var timer: RepeatedTask?
  }

  private let times: Server.CanaryTimes?
  private let models: ServedModels
  private let queue: RequestQueue
  private let metrics: ServerMetrics
  private let logger: Logger
  private let changed: @Sendable (Readiness) -> Void
  /// Held while anything is told, so that the last change is told last.
  private let core: Mutex<Core>
  private let latest = Mutex(Standing.loading)

  /// - Parameters:
  ///   - times: nil for a server that takes itself for ready as soon as its models are loaded.
  ///   - changed: hears of each change, in their order, from any thread; it must not come back here.
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
    core = Mutex(Core(state: CanaryState(times)))
  }

  /// How the server stood when it was last looked at.
  var standing: Standing { latest.withLock { $0 } }

  /// Time since every model last had a success behind it; nil where one never had.
  ///
  /// - Parameter name: the one model to ask about; "" for all of them.
  func age(of name: String = "") -> Duration? {
    let now = ContinuousClock.now
    let successes = queue.vitals(now: now).successes
    let asked = models.descriptions.filter { name.isEmpty || $0.name == name }
    let times = asked.compactMap { successes[$0.name]?.time }
    return times.count == asked.count ? times.min().map { $0.duration(to: now) } : nil
  }

  /// Begins; the first canary goes as soon as the models are loaded.
  func start(on loop: any EventLoop) {
    look()
    guard let times else { return }
    let pause = TimeAmount(min(max(times.interval / 5, .milliseconds(5)), .seconds(1)))
    let timer = loop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { [self] _ in look() }
    core.withLock { $0.timer = timer }
  }

  /// Does what is due; from any thread, such as when the models are loaded.
  func look() { core.withLock { advance(&$0) } }

  /// Ends: the server drains.
  func stop() {
    core.withLock { core in
      core.isDraining = true
      core.timer?.cancel()
      core.timer = nil
      for ticket in core.state.end() { queue.release(ticket) }
      tell(&core, now: .now)
    }
  }

  /// Waits until the server is ready; false where it drains before, or the caller is cancelled.
  func waitUntilReady() async -> Bool {
    let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
    let known = core.withLock { core -> Bool? in
      if core.isDraining { return false }
      if core.told == .ready { return true }
      core.waiting.append(answer)
      return nil
    }
    if let known { return known }
    for await isReady in answers { return isReady }
    return false
  }

  private func advance(_ core: inout Core) {
    let now = ContinuousClock.now
    for (ticket, probe) in core.state.expire(now: now) {
      metrics.canary(of: probe.model.name, .failure(.deadline))
      // One that the service has keeps its place until the service is done with it.
      if queue.stop(ticket) { core.state.forget(ticket) }
    }
    let table = models.table
    if table.areLoaded, !core.isDraining { send(&core.state, table, now) }
    tell(&core, now: now)
  }

  private func send(_ state: inout CanaryState, _ table: ModelTable, _ now: ContinuousClock.Instant) {
    guard let probe = state.due(table.current.map(\.model), queue.vitals(now: now), now: now),
      let generation = table.current.first(where: { $0.model.name == probe.model.name })
    else { return }
    let request = CompleteRequest(probing: probe)
    guard let ticket = queue.admitOwn(bytes: UInt64(request.request.image.bytes.count) * 4) else { return }
    state.begin(probe, as: ticket)
    queue.enqueue(
      Job(
        ticket: ticket, request: request, generation: generation, deadline: probe.deadline, enqueued: now,
        deliver: { [self] outcome in hear(ticket, outcome) }))
  }

  /// Takes the outcome, and goes on with the next model that is due; from any thread.
  private func hear(_ ticket: Ticket, _ outcome: Outcome) {
    core.withLock { core in
      switch outcome {
      case .result:
        if let probe = core.state.hear(ticket, nil, now: .now) { metrics.canary(of: probe.model.name, .success) }
      case .failure(let error):
        if let probe = core.state.hear(ticket, error.code, now: .now) { note(error, of: probe.model) }
      }
      advance(&core)
    }
  }

  private func note(_ error: SegmentationError, of model: ModelDescription) {
    metrics.canary(of: model.name, .failure(error.code))
    logger.warning(
      "the canary failed",
      metadata: [
        "model": "\(model.name)", "generation": "\(model.generation)", "code": "\(error.code)",
        "cause": "\(EscapedText(error.message))",
      ])
  }

  /// Tells whoever wants to know, where something has changed.
  private func tell(_ core: inout Core, now: ContinuousClock.Instant) {
    let table = models.table
    var standing = Standing.loading
    if table.areLoaded {
      standing = core.state.assess(table.current.map(\.model), queue.vitals(now: now), now: now)
    }
    if core.isDraining { standing = standing.draining }
    latest.withLock { $0 = standing }
    let readiness = standing.readiness
    guard core.told != readiness else { return }
    core.told = readiness
    switch readiness {
    case .ready: logger.notice("ready")
    case .notReady(.starting, _), .notReady(.draining, _): break
    case .notReady: logger.warning("\(readiness)")
    }
    changed(readiness)
    guard readiness == .ready || core.isDraining else { return }
    for continuation in core.waiting {
      continuation.yield(readiness == .ready)
      continuation.finish()
    }
    core.waiting.removeAll()
  }
}

extension CompleteRequest {
  /// A small grey image for a model.
  fileprivate init(probing probe: CanaryState.Probe) {
    let model = probe.model
    let least = max(Int(clamping: model.minimumSide), 32)
    let multiple = Int(clamping: model.sideMultiple)
    let side = (least + multiple - 1) / multiple * multiple
    let pixels = [UInt8](repeating: 128, count: 3 * side * side)
    self.init(
      id: .connection,
      request: SegmentationRequest(
        image: .rgb8(pixels), width: side, height: side, outputs: .labels, model: model.name,
        generation: model.generation, deadline: probe.deadline),
      model: model, inputDigest: ContentDigest(of: pixels), started: probe.started, traceparent: nil,
      encoding: BodyEncoding(chunkLimit: 65_536, codec: .identity))
  }
}
