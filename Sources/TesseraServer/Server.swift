public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
public import TesseraProtocol

/// Serves models over TSP/1, on a loopback port where nothing protects it.
///
/// It is started by ``run()``, alone or in a `ServiceGroup`, and ends by a drain: when the group shuts down gracefully,
/// when ``beginDrain()`` is called, or, without waiting for answers, when its task is cancelled. Whatever happens, the
/// end comes within ``DrainTimes/hardEnd``.
public actor Server: Service {
  private enum Phase {
    case new
    case starting
    case listening(ListenAddress)
    /// It takes requests.
    case ready(ListenAddress)
    case ended(ServerError?)
  }

  /// Where it listens, and every bound it keeps.
  public nonisolated let configuration: Configuration
  /// What answers.
  public nonisolated let models: ServedModels
  let loading: ModelLoading
  let logger: Logger
  private let socket: Int32?
  private let drainRequests: AsyncStream<Void>
  private let drainRequested: AsyncStream<Void>.Continuation
  private let registry: ConnectionRegistry
  private var phase = Phase.new
  /// Who may connect; nil before it runs.
  private(set) var access: AccessControl?
  private var operations: Operations?
  private var waiting: [(forReadiness: Bool, AsyncStream<Result<ListenAddress, ServerError>>.Continuation)] = []

  /// Makes a server that does not listen yet, of one model that never changes.
  ///
  /// - Parameters:
  ///   - service: what computes; it is asked off the event loops, in as many calls at a time as it takes.
  ///   - socket: a listening socket that was opened for this process, instead of the configuration's address; the
  ///     server's own from when it listens.
  ///   - logger: gets connections and faults; text from peers is escaped.
  public init(
    _ configuration: Configuration = Configuration(), service: any SegmentationService, socket: Int32? = nil,
    logger: Logger
  ) {
    self.init(configuration, models: ServedModels([service]), sources: [], socket, logger)
  }

  /// Makes a server that does not listen yet, of models that it loads when it runs; it listens before that.
  ///
  /// - Parameters:
  ///   - sources: where the models come from, the default first.
  ///   - socket: a listening socket that was opened for this process, instead of the configuration's address; the
  ///     server's own from when it listens.
  ///   - logger: gets connections and faults; text from peers is escaped.
  /// - Precondition: there are sources, and their names differ.
  public init(
    _ configuration: Configuration = Configuration(), sources: [any ModelSource], socket: Int32? = nil, logger: Logger
  ) {
    precondition(!sources.isEmpty, "Server: a server without models")
    self.init(configuration, models: ServedModels(), sources: sources, socket, logger)
  }

  private init(
    _ configuration: Configuration, models: ServedModels, sources: [any ModelSource], _ socket: Int32?,
    _ logger: Logger
  ) {
    self.configuration = configuration
    self.socket = socket
    self.models = models
    loading = ModelLoading(sources, into: models, logger: logger)
    self.logger = logger
    registry = ConnectionRegistry(limit: configuration.maxConnections)
    (drainRequests, drainRequested) = AsyncStream.makeStream()
  }

  /// Connections that are open now.
  public nonisolated var connectionCount: Int { registry.count }

  /// Waits until the server listens, and says where.
  ///
  /// - Throws: ``ServerError`` where it could not listen or has ended; `CancellationError` for a cancelled caller.
  public func address() async throws -> ListenAddress { try await wait(forReadiness: false) }

  /// Waits until the server takes requests, and says where it listens: every model is loaded and, where the
  /// configuration has a canary, has answered its first one.
  ///
  /// - Throws: ``ServerError`` where it could not listen or load or has ended; `CancellationError` for a cancelled
  ///   caller, and where the server ends before.
  public func ready() async throws -> ListenAddress { try await wait(forReadiness: true) }

  private func wait(forReadiness: Bool) async throws -> ListenAddress {
    switch phase {
    case .ready(let address): return address
    case .listening(let address) where !forReadiness: return address
    case .ended(let error): throw error ?? .alreadyRun
    case .new, .starting, .listening: break
    }
    let (results, result) = AsyncStream<Result<ListenAddress, ServerError>>.makeStream()
    waiting.append((forReadiness, result))
    for await result in results { return try result.get() }
    throw CancellationError()
  }

  /// Where probes and metrics are served, once the server listens; nil where they are not.
  public var adminAddress: ListenAddress? { operations?.address }

  /// Begins the drain: ``run()`` ends soon.
  public nonisolated func beginDrain() { drainRequested.finish() }

  /// Serves until the drain ends.
  ///
  /// - Throws: ``ServerError``: where it cannot listen, and ``ServerError/drainForced(unanswered:)``.
  public func run() async throws {
    if case .forced(let unanswered) = try await serve() { throw ServerError.drainForced(unanswered: unanswered) }
  }

  /// Serves until the drain ends, and says how it went.
  ///
  /// - Throws: ``ServerError`` where it cannot listen.
  public func serve() async throws(ServerError) -> ShutdownOutcome {
    guard case .new = phase else { throw .alreadyRun }
    phase = .starting
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(configuration.eventLoops, 1))
    let outcome: Result<ShutdownOutcome, ServerError>
    do throws(ServerError) {
      outcome = .success(try await serve(on: group))
    } catch {
      outcome = .failure(error)
      announce(.failure(error))
    }
    loading.end()
    // Loops never block, so this ends at once; it fails only where it was done before.
    try? await group.shutdownGracefully()
    return try outcome.get()
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws(ServerError) -> ShutdownOutcome {
    // Files are worth a look only for an address that may be used.
    _ = try configuration.socketAddress(of: socket)
    let access = try AccessControl(configuration)
    self.access = access
    let queue = RequestQueue(requests: configuration.queueRequests, bytes: configuration.queueBytes)
    let operations = Operations(
      configuration, models: models, queue: queue, connections: registry, loop: group.next(), logger: logger)
    let shared = ConnectionHandler.Shared(
      configuration: configuration,
      connection: configuration.protocolConfiguration(instance: .random(in: .min ... .max)), models: models,
      queue: queue, metrics: operations.metrics, access: access, canary: operations.canary)
    try await operations.listen(configuration)
    let listener = try await Listener(shared: shared, socket: socket, registry: registry, logger: logger)
      .listen(on: group)
    let worker = Worker(
      queue: queue, batches: configuration.batches, maxResult: configuration.limits.maxResult, logger: logger)
    let drain = Drain(
      times: configuration.drain, listener: listener, registry: registry, queue: queue, loop: group.next(),
      logger: logger)
    let address = ListenAddress(
      host: listener.localAddress?.ipAddress ?? configuration.host,
      port: listener.localAddress?.port ?? configuration.port)
    self.operations = operations
    operations.start()
    announce(.success(address))
    let outcome = await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await worker.run() }
      tasks.addTask { await self.loadModels(lookedAtBy: operations.canary) }
      tasks.addTask { await self.awaitReadiness(operations.canary, address) }
      await waitForDrain()
      operations.drain()
      loading.end()
      return await drain.run(isImmediate: Task.isCancelled || hasFailed) { await tasks.waitForAll() }
    }
    await operations.end()
    if case .ended(let failure?) = phase { throw failure }
    announceEnd(nil)
    return outcome
  }

  /// Loads the models and, when it is asked to, what has changed of them; ends the server where that fails at first.
  private func loadModels(lookedAtBy canary: Canary) async {
    do throws(ServerError) {
      try await loading.loadAll()
    } catch {
      announceEnd(error)
      return beginDrain()
    }
    guard models.areLoaded else { return }
    let names = models.descriptions.map(\.name).joined(separator: ", ")
    logger.notice("models loaded", metadata: ["models": "\(names)"])
    canary.look()
    await loading.run()
  }

  private func awaitReadiness(_ canary: Canary, _ address: ListenAddress) async {
    guard await canary.waitUntilReady(), case .listening = phase else { return }
    phase = .ready(address)
    tell(.success(address), whoWaitsForReadiness: true)
  }

  private var hasFailed: Bool { if case .ended(.some) = phase { true } else { false } }

  private func waitForDrain() async {
    await withGracefulShutdownHandler {
      for await _ in drainRequests {}
    } onGracefulShutdown: { [drainRequested] in
      drainRequested.finish()
    }
  }

  private func announce(_ result: Result<ListenAddress, ServerError>) {
    switch result {
    case .success(let address):
      phase = .listening(address)
      logger.notice(
        "listening",
        metadata: ["address": "\(address)", "memory_bound_bytes": "\(configuration.memoryBound)"])
      tell(result, whoWaitsForReadiness: false)
    case .failure(let error): announceEnd(error)
    }
  }

  private func announceEnd(_ error: ServerError?) {
    phase = .ended(error)
    if let error {
      for isForReadiness in [false, true] { tell(.failure(error), whoWaitsForReadiness: isForReadiness) }
    }
    for (_, continuation) in waiting { continuation.finish() }
    waiting.removeAll()
  }

  private func tell(_ result: Result<ListenAddress, ServerError>, whoWaitsForReadiness: Bool) {
    for (forReadiness, continuation) in waiting where forReadiness == whoWaitsForReadiness {
      continuation.yield(result)
      continuation.finish()
    }
    waiting.removeAll { $0.forReadiness == whoWaitsForReadiness }
  }
}
