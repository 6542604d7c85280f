internal import NIOCore
internal import NIOPosix
internal import Synchronization
public import TesseraProtocol

/// Several connections to one or more servers, for any number of requests; ``withClientPool(to:configuration:_:)``
/// makes it.
///
/// Connections are made when requests want them. A request goes to the one with the fewest in flight, and never beyond
/// what its server allows; others wait here. A connection that fails, or whose server says GOAWAY, gets no more
/// requests and is replaced; what it owes is waited for. Servers should serve the same models.
public final class ClientPool: Sendable {
  /// Everything that changes, together.
  struct Shared: Sendable {
    var state: PoolState
    var links: [Int: Link] = [:]
    var callers: [Int: CheckedContinuation<Grant, Never>] = [:]
    var budget: RetryBudget
    var jitter: JitterGenerator
  }

  /// A connection.
  struct Link {
    let client: Client
    let channel: any Channel
  }

  /// What becomes of a caller that asks for a place.
  enum Grant {
    case place(connection: Int, Client)
    case refused(PoolState.Refusal)
    /// The caller was cancelled, or late.
    case givenUp(SegmentationError)
  }

  /// What to do once nothing is locked.
  enum Effect {
    case connect(Int)
    case answer(CheckedContinuation<Grant, Never>, Grant)
    case close(any Channel)
    case nothing
  }

  let configuration: Configuration
  let connectors: [Connector]
  private let shared: Mutex<Shared>
  let wanted: AsyncStream<Int>.Continuation

  /// - Parameter wanted: takes the addresses that ``run(_:)`` connects to.
  init(_ addresses: [ServerAddress], _ configuration: Configuration, wanted: AsyncStream<Int>.Continuation) {
    precondition(!addresses.isEmpty, "ClientPool: no address")
    precondition(
      configuration.connectionsPerAddress > 0 && configuration.requestsPerConnection > 0,
      "ClientPool: connections per address and requests per connection start at 1"
    )
    self.configuration = configuration
    self.wanted = wanted
    connectors = addresses.map { Connector(host: $0.host, port: $0.port, configuration: configuration.client) }
    shared = Mutex(
      Shared(
        state: PoolState(addresses, limit: configuration.connectionsPerAddress),
        budget: RetryBudget(configuration.retries),
        jitter: JitterGenerator(seed: configuration.jitterSeed ?? .random(in: .min ... .max))))
  }

  /// Segments an image.
  ///
  /// Any number of tasks may call it. The request's deadline, or ``Configuration/requestTime``, covers waiting for a
  /// connection, every attempt and the delays between them; servers are told what is left of it. Cancelling the task
  /// ends the call at once with CANCELLED and tells the server.
  ///
  /// - Parameter expectedWeights: SHA-256 of the only weights whose answer is of use; nil takes any.
  /// - Returns: a result as ``Client/segment(_:expectedWeights:)`` verifies it.
  /// - Throws: ``RequestError`` with what the last attempt ended with, once ``RetryPolicy`` allows no other.
  public func segment(
    _ request: SegmentationRequest, expectedWeights: ContentDigest? = nil
  ) async throws(RequestError) -> SegmentationResult {
    let request = request.due(within: configuration.requestTime)
    return try await call(until: request.deadline) { client throws(SegmentationError) in
      try await client.segment(request, expectedWeights: expectedWeights)
    }
  }

  /// Asks one of the servers how it is.
  ///
  /// - Parameter model: a model whose classes to name; "" lists all models without their classes.
  public func status(naming model: String = "") async throws(RequestError) -> ServerStatus {
    try await call(until: configuration.requestTime.map { .now + $0 }) { client throws(SegmentationError) in
      try await client.status(naming: model)
    }
  }

  /// Does something on a connection, and again as the policy allows.
  private func call<Value>(
    until deadline: ContinuousClock.Instant?, _ operation: (Client) async throws(SegmentationError) -> Value
  ) async throws(RequestError) -> Value {
    shared.withLock { $0.budget.earn() }
    var retries = Retries(configuration.retries, deadline: deadline)
    var avoided: Set<UInt64> = []
    var last: RequestError?
    while true {
      let failure: RequestError
      switch await place(avoiding: avoided, until: deadline) {
      case .place(let connection, let client):
        do throws(SegmentationError) {
          let value = try await operation(client)
          update { $0.state.release(connection, failure: nil, now: .now) }
          return value
        } catch {
          update { $0.state.release(connection, failure: error, now: .now) }
          // Where there is one address, a new connection tells whether what listens there now goes away as well.
          if error.retry == .anotherServer, error.code != .draining || connectors.count > 1 {
            avoided.insert(client.instance)
          }
          failure = .failed(error)
        }
      case .refused(.unreachable(let errors)): failure = .unreachable(errors)
      case .refused(.noOther): throw last ?? .failed(.poolClosed)
      case .refused(.stopped): throw .failed(.poolClosed)
      case .givenUp(let error):
        guard error.code == .deadline, let last else { throw .failed(error) }
        throw .failed(SegmentationError(.deadline, "the request's time ran out; before that, \(last)"))
      }
      guard let delay = delay(after: failure, &retries) else { throw failure }
      last = failure
      do {
        try await Task.sleep(for: delay)
      } catch {
        throw .failed(SegmentationError(.cancelled))
      }
    }
  }

  private func delay(after failure: RequestError, _ retries: inout Retries) -> Duration? {
    shared.withLock { retries.delay(after: failure, now: .now, budget: &$0.budget, using: &$0.jitter) }
  }

  /// Waits for a place on a connection, no longer than until the deadline.
  private func place(avoiding avoided: Set<UInt64>, until deadline: ContinuousClock.Instant?) async -> Grant {
    let left = deadline.map { ContinuousClock.now.duration(to: $0) }
    if let left, left <= .zero { return .givenUp(SegmentationError(.deadline)) }
    let caller = shared.withLock { $0.state.number() }
    let timer = left.map { left in
      MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: TimeAmount(left)) {
        self.giveUp(caller, SegmentationError(.deadline))
      }
    }
    defer { timer?.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        update { shared in
          shared.callers[caller] = continuation
          shared.state.ask(caller, avoiding: avoided, now: .now)
        }
        // The handler may have run before anybody waited.
        if Task.isCancelled { giveUp(caller, SegmentationError(.cancelled)) }
      }
    } onCancel: {
      giveUp(caller, SegmentationError(.cancelled))
    }
  }

  /// Ends the waiting of a caller that has no place yet.
  private func giveUp(_ caller: Int, _ error: SegmentationError) {
    let continuation = shared.withLock { shared in
      shared.state.withdraw(caller)
      return shared.callers.removeValue(forKey: caller)
    }
    continuation?.resume(returning: .givenUp(error))
  }

  /// Changes something, and does what comes of it.
  @discardableResult
  func update<Value: Sendable>(_ change: (inout Shared) -> Value) -> Value {
    let (value, effects) = shared.withLock { shared in
      let value = change(&shared)
      return (value, shared.state.takeActions().map { shared.effect(of: $0) })
    }
    for effect in effects {
      switch effect {
      case .connect(let address): wanted.yield(address)
      case .answer(let caller, let grant): caller.resume(returning: grant)
      case .close(let channel): channel.close(promise: nil)
      case .nothing: break
      }
    }
    return value
  }
}

extension ClientPool.Shared {
  fileprivate mutating func effect(of action: PoolState.Action) -> ClientPool.Effect {
    switch action {
    case .connect(let address): return .connect(address)
    case .grant(let number, let connection):
      guard let link = links[connection], let caller = callers.removeValue(forKey: number) else { return .nothing }
      return .answer(caller, .place(connection: connection, link.client))
    case .refuse(let number, let refusal):
      guard let caller = callers.removeValue(forKey: number) else { return .nothing }
      return .answer(caller, .refused(refusal))
    case .close(let connection):
      guard let link = links[connection] else { return .nothing }
      return .close(link.channel)
    }
  }
}

extension SegmentationRequest {
  /// The same request with a deadline, if it has none.
  fileprivate func due(within time: Duration?) -> Self {
    guard deadline == nil, let time else { return self }
    return Self(
      image: image, width: width, height: height, outputs: outputs, model: model, generation: generation,
      priority: priority, deadline: .now + time, stopFlag: stopFlag)
  }
}

extension SegmentationError {
  /// Whoever asks uses the pool after its end.
  fileprivate static let poolClosed = Self(
    code: .internal, scope: .connection, retry: .never, retryAfter: .zero, detail: 0, message: "the pool is closed")
}
