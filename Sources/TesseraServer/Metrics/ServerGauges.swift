internal import Metrics
internal import Synchronization
internal import TesseraProtocol

/// Numbers that are looked up when somebody asks for them.
final class ServerGauges: Sendable {
  /// Where they are looked up.
  struct Sources: Sendable {
    let queue: RequestQueue
    let queueBytes: UInt64
    let registry: ConnectionRegistry
    let canary: Canary
    let models: ServedModels
  }

  /// Their names.
  private enum Name: String, CaseIterable {
    case requestsInFlight = "tessera_requests_in_flight"
    case queueRequests = "tessera_queue_requests"
    case queueLimitRequests = "tessera_queue_limit_requests"
    case queueBytes = "tessera_queue_bytes"
    case queueLimitBytes = "tessera_queue_limit_bytes"
    case connections = "tessera_connections"
    case ready = "tessera_ready"
    case canaryAge = "tessera_canary_age_seconds"
    case residentBytes = "process_resident_memory_bytes"
    case openDescriptors = "process_open_fds"
    case mostDescriptors = "process_max_fds"
  }

  private let sources: Sources
  private let factory: any MetricsFactory
  private let models = Mutex<[String: (shown: [String], gauge: Gauge)]>([:])
  private let gauges: [Name: Gauge]

  init(_ sources: Sources, _ factory: any MetricsFactory) {
    self.sources = sources
    self.factory = factory
    gauges = Dictionary(uniqueKeysWithValues: Name.allCases.map { ($0, Gauge(label: $0.rawValue, factory: factory)) })
  }

  /// Looks all of them up.
  func update() {
    let (open, waiting, bytes) = sources.queue.read { ($0.open, $0.unanswered, $0.bytes) }
    set(.requestsInFlight, Double(open))
    set(.queueRequests, Double(waiting))
    set(.queueLimitRequests, Double(sources.queue.requestLimit))
    set(.queueBytes, Double(bytes))
    set(.queueLimitBytes, Double(sources.queueBytes))
    set(.connections, Double(sources.registry.count))
    set(.ready, sources.canary.standing.readiness == .ready ? 1 : 0)
    set(.canaryAge, sources.canary.age().map { $0 / .seconds(1) } ?? .infinity)
    let process = ProcessStatus()
    // What the system does not say must not look like the last time it did.
    set(.residentBytes, process.residentBytes.map(Double.init) ?? .nan)
    set(.openDescriptors, process.openDescriptors.map(Double.init) ?? .nan)
    set(.mostDescriptors, process.mostDescriptors.map(Double.init) ?? .nan)
    for model in sources.models.descriptions { show(model) }
  }

  private func set(_ name: Name, _ value: Double) { gauges[name]?.record(value) }

  /// Shows the current generation of a model in the place of the one before.
  private func show(_ model: ModelDescription) {
    let labels = [model.name, "\(model.generation)", "\(model.weightsDigest)"]
    models.withLock { models in
      guard models[model.name]?.shown != labels else { return }
      models[model.name]?.gauge.destroy()
      let gauge = Gauge(
        label: "tessera_model_info",
        dimensions: Array(zip(["model", "generation", "weights_sha256"], labels)), factory: factory)
      gauge.record(1)
      models[model.name] = (labels, gauge)
    }
  }
}
