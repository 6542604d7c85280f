internal import Logging
internal import Synchronization
internal import TesseraProtocol

/// Loads the models of a server, and loads them again when it is asked to: one pass at a time, aside from all serving.
final class ModelLoading: Sendable {
  private typealias Loaded = Result<(any SegmentationService)?, any Error>

  private struct State {
    /// Who waits for the next pass.
    var callers: [CheckedContinuation<ReloadReport, Never>] = []
    /// The pass under way, where it waits for a model.
    var pass: CheckedContinuation<Loaded, Never>?
    var hasEnded = false
  }

  private let sources: [any ModelSource]
  private let models: ServedModels
  private let logger: Logger
  private let state = Mutex(State())
  private let requests: AsyncStream<Void>
  private let requested: AsyncStream<Void>.Continuation

  init(_ sources: [any ModelSource], into models: ServedModels, logger: Logger) {
    self.sources = sources
    self.models = models
    self.logger = logger
    // One request that waits stands for all of them: its pass begins after the last was made.
    (requests, requested) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Asks for a pass and does not wait for it.
  func request() { requested.yield() }

  /// Waits for a whole pass that begins from now on.
  func reload() async -> ReloadReport {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.callers.append(continuation) }
        return state.hasEnded
      }
      if hasEnded { continuation.resume(returning: abandoned) } else { requested.yield() }
    }
  }

  /// Loads every model for the first time.
  ///
  /// - Throws: ``ServerError/cannotLoad(model:reason:)`` for the first that cannot be used.
  func loadAll() async throws(ServerError) {
    for source in sources {
      switch await load(source, after: nil) {
      case .success(let service?): models.add(service)
      case .success(nil): throw .cannotLoad(model: source.name, reason: "its source has none")
      case .failure(is Abandonment): return
      case .failure(let error): throw .cannotLoad(model: source.name, reason: "\(error)")
      }
    }
    models.finishLoading()
  }

  /// Does the passes that are asked for, until the end.
  func run() async {
    for await _ in requests {
      let callers = state.withLock { state in
        defer { state.callers.removeAll() }
        return state.callers
      }
      let report = await pass()
      for caller in callers { caller.resume(returning: report) }
    }
  }

  /// Ends the passes; a model that is being loaded is given up.
  func end() {
    let (callers, pass) = state.withLock { state in
      state.hasEnded = true
      defer { (state.callers, state.pass) = ([], nil) }
      return (state.callers, state.pass)
    }
    requested.finish()
    pass?.resume(returning: .failure(Abandonment()))
    for caller in callers { caller.resume(returning: abandoned) }
  }

  private var abandoned: ReloadReport {
    ReloadReport(outcomes: Dictionary(sources.map { ($0.name, .abandoned) }) { first, _ in first })
  }

  private func pass() async -> ReloadReport {
    var outcomes: [String: ReloadReport.Outcome] = [:]
    for source in sources { outcomes[source.name] = await reload(source) }
    return ReloadReport(outcomes: outcomes)
  }

  private func reload(_ source: any ModelSource) async -> ReloadReport.Outcome {
    let current = models.service(named: source.name)
    switch await load(source, after: current) {
    case .success(nil):
      logger.info("the model has not changed", metadata: ["model": "\(source.name)"])
      return .unchanged
    case .success(let next?):
      models.replace(by: next)
      logReplacement(of: current?.model, by: next.model)
      return .replaced(generation: next.model.generation)
    case .failure(is Abandonment): return .abandoned
    case .failure(let error):
      logger.error(
        "the model was not loaded anew, the old one goes on",
        metadata: [
          "model": "\(source.name)", "generation": "\(current?.model.generation ?? 0)", "cause": "\(error)",
        ])
      return .kept(reason: "\(error)")
    }
  }

  private func logReplacement(of old: ModelDescription?, by new: ModelDescription) {
    logger.notice(
      "the model was loaded anew",
      metadata: [
        "model": "\(new.name)", "generation": "\(new.generation)",
        "weights": "\(new.weightsDigest)",
      ])
    guard let old, let change = ClassChange(from: old.classes, to: new.classes) else { return }
    logger.warning(
      "the model's classes have changed: clients that know the old ones misread its answers",
      metadata: ["model": "\(new.name)", "generation": "\(new.generation)", "changes": "\(change)"])
  }

  /// Loads a model and waits until that has ended, or until the end.
  ///
  /// The task is awaited, except where it does not end before the server does: a file system may hang.
  private func load(_ source: any ModelSource, after current: (any SegmentationService)?) async -> Loaded {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.pass = continuation }
        return state.hasEnded
      }
      if hasEnded { return continuation.resume(returning: .failure(Abandonment())) }
      Task { [self] in
        let loaded: Loaded
        do {
          loaded = .success(try await source.load(after: current))
        } catch {
          loaded = .failure(error)
        }
        finish(loaded)
      }
    }
  }

  private func finish(_ loaded: Loaded) {
    let pass = state.withLock { state in
      defer { state.pass = nil }
      return state.pass
    }
    pass?.resume(returning: loaded)
  }

  /// The server ended before a model was loaded.
  private struct Abandonment: Error {}
}
