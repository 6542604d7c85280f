public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
public import TesseraProtocol

/// Serves one segmentation service over TSP/1 on a loopback port.
///
/// It is started by ``run()``, alone or in a `ServiceGroup`, and ends by a drain: when the group shuts down gracefully,
/// when ``beginDrain()`` is called, or, without waiting for answers, when its task is cancelled. Whatever happens, the
/// end comes within ``DrainTimes/hardEnd``.
public actor Server: Service {
  private enum Phase {
    case new
    case starting
    case listening(ListenAddress)
    case ended(ServerError?)
  }

  /// Where it listens, and every bound it keeps.
  public nonisolated let configuration: Configuration
  let service: any SegmentationService
  let logger: Logger
  private let drainRequests: AsyncStream<Void>
  private let drainRequested: AsyncStream<Void>.Continuation
  private let registry: ConnectionRegistry
  private var phase = Phase.new
  private var operations: Operations?
  private var waiting: [AsyncStream<Result<ListenAddress, ServerError>>.Continuation] = []

  /// Makes a server that does not listen yet.
  ///
  /// - Parameters:
  ///   - service: what computes; it is asked one request at a time, off the event loops.
  ///   - logger: gets connections and faults; text from peers is escaped.
  public init(_ configuration: Configuration = Configuration(), service: any SegmentationService, logger: Logger) {
    self.configuration = configuration
    self.service = service
    self.logger = logger
    registry = ConnectionRegistry(limit: configuration.maxConnections)
    (drainRequests, drainRequested) = AsyncStream.makeStream()
  }

  /// Connections that are open now.
  public nonisolated var connectionCount: Int { registry.count }

  /// Waits until the server listens, and says where.
  ///
  /// - Throws: ``ServerError`` where it could not listen or has ended; `CancellationError` for a cancelled caller.
  public func address() async throws -> ListenAddress {
    switch phase {
    case .listening(let address): return address
    case .ended(let error): throw error ?? .alreadyRun
    case .new, .starting: break
    }
    let (results, result) = AsyncStream<Result<ListenAddress, ServerError>>.makeStream()
    waiting.append(result)
    for await result in results { return try result.get() }
    throw CancellationError()
  }

  /// Where probes and metrics are served, once the server listens; nil where they are not.
  public var adminAddress: ListenAddress? { operations?.address }

  /// Waits until the server takes requests; false where it ends before, or the caller is cancelled.
  public func waitUntilReady() async throws -> Bool {
    _ = try await address()
    return await operations?.canary.waitUntilReady() ?? false
  }

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
    // Loops never block, so this ends at once; it fails only where it was done before.
    try? await group.shutdownGracefully()
    return try outcome.get()
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws(ServerError) -> ShutdownOutcome {
    let queue = RequestQueue(requests: configuration.queueRequests, bytes: configuration.queueBytes)
    let operations = Operations(
      configuration, service: service, queue: queue, connections: registry, loop: group.next(), logger: logger)
    let shared = ConnectionHandler.Shared(
      configuration: configuration,
      connection: configuration.protocolConfiguration(instance: .random(in: .min ... .max)), service: service,
      queue: queue, metrics: operations.metrics, canary: operations.canary)
    try await operations.listen(configuration)
    let listener = try await Listener(shared: shared, registry: registry, logger: logger).listen(on: group)
    let worker = Worker(
      service: service, queue: queue, maxResult: configuration.limits.maxResult, logger: logger)
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
      await waitForDrain()
      operations.drain()
      let outcome = await drain.run(isImmediate: Task.isCancelled) { await tasks.waitForAll() }
      return outcome
    }
    await operations.end()
    phase = .ended(nil)
    return outcome
  }

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
        metadata: [
          "address": "\(address)", "model": "\(service.model.name)",
          "memory_bound_bytes": "\(configuration.memoryBound)",
        ])
    case .failure(let error): phase = .ended(error)
    }
    for continuation in waiting {
      continuation.yield(result)
      continuation.finish()
    }
    waiting.removeAll()
  }
}
