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

  private let sources: Sources
  private let factory: any MetricsFactory
  private let models = Mutex<[String: (shown: [String], gauge: Gauge)]>([:])
  private let gauges: [String: Gauge]

  private static let names = [
    "tessera_requests_in_flight", "tessera_queue_requests", "tessera_queue_limit_requests", "tessera_queue_bytes",
    "tessera_queue_limit_bytes", "tessera_connections", "tessera_ready", "tessera_canary_age_seconds",
    "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
  ]

  init(_ sources: Sources, _ factory: any MetricsFactory) {
    self.sources = sources
    self.factory = factory
    gauges = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, Gauge(label: $0, factory: factory)) })
  }

  /// Looks all of them up.
  func update() {
    let (open, waiting, bytes) = sources.queue.read { ($0.open, $0.unanswered, $0.bytes) }
    set("tessera_requests_in_flight", Double(open))
    set("tessera_queue_requests", Double(waiting))
    set("tessera_queue_limit_requests", Double(sources.queue.requestLimit))
    set("tessera_queue_bytes", Double(bytes))
    set("tessera_queue_limit_bytes", Double(sources.queueBytes))
    set("tessera_connections", Double(sources.registry.count))
    set("tessera_ready", sources.canary.readiness == .ready ? 1 : 0)
    set("tessera_canary_age_seconds", sources.canary.age().map { $0 / .seconds(1) } ?? .infinity)
    let process = ProcessStatus()
    if let bytes = process.residentBytes { set("process_resident_memory_bytes", Double(bytes)) }
    if let count = process.openDescriptors { set("process_open_fds", Double(count)) }
    if let count = process.mostDescriptors { set("process_max_fds", Double(count)) }
    for model in sources.models.descriptions { show(model) }
  }

  private func set(_ name: String, _ value: Double) { gauges[name]?.record(value) }

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
