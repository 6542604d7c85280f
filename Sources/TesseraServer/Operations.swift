internal import Logging
internal import Metrics
internal import NIOCore
internal import Synchronization
internal import TesseraProtocol

/// What runs beside the service of requests: canary, admin port, and reports to the service manager.
final class Operations: Sendable {
  let canary: Canary
  let metrics: ServerMetrics
  private let registry: PrometheusRegistry
  private let gauges: ServerGauges
  private let reports: ServiceReports?
  private let loop: any EventLoop
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    var admin: (any Channel)?
    var guests: AdminGuests?
    var reporting: RepeatedTask?
  }

  init(
    _ configuration: Server.Configuration, models: ServedModels, queue: RequestQueue,
    connections: ConnectionRegistry, loop: any EventLoop, logger: Logger
  ) {
    registry = PrometheusRegistry(ServerMetrics.descriptions)
    // Whatever the process has chosen for its metrics gets them, too.
    metrics = ServerMetrics(MultiplexMetricsHandler(factories: [registry, MetricsSystem.factory]))
    let reports = configuration.notifier.map { ServiceReports($0) }
    canary = Canary(configuration.canary, models: models, queue: queue, metrics: metrics, logger: logger) {
      reports?.tell($0)
    }
    gauges = ServerGauges(
      ServerGauges.Sources(
        queue: queue, queueBytes: configuration.queueBytes, registry: connections, canary: canary, models: models),
      registry)
    self.reports = reports
    self.loop = loop
    self.logger = logger
  }

  /// Opens the admin port, where there should be one.
  func listen(_ configuration: Server.Configuration) async throws(ServerError) {
    guard let asked = try configuration.adminSocketAddress() else { return }
    // Whoever asks without end must not keep the loop from requests.
    let metrics = RecentText(age: configuration.adminTimes.metrics) { [gauges, registry] in
      gauges.update()
      return registry.text()
    }
    let pages = AdminPages(
      readiness: { [canary] in canary.standing.readiness },
      metrics: { (metrics.read(now: .now), PrometheusRegistry.mediaType) })
    let listener = AdminListener(address: asked, pages: pages, times: configuration.adminTimes, logger: logger)
    let channel = try await listener.listen(on: loop)
    state.withLock { ($0.admin, $0.guests) = (channel, listener.guests) }
    if let address { logger.notice("probes and metrics", metadata: ["address": "\(address)"]) }
  }

  /// Where probes and metrics are.
  var address: ListenAddress? {
    guard let address = state.withLock({ $0.admin })?.localAddress, let port = address.port else { return nil }
    return ListenAddress(host: address.ipAddress ?? "", port: port)
  }

  /// Begins to watch; requests must find their worker by now.
  func start() {
    canary.start(on: loop)
    guard let reports else { return }
    let pause = TimeAmount(reports.pause)
    let reporting = loop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { [reports, canary] _ in
      reports.repeat(canary.standing.readiness)
    }
    state.withLock { $0.reporting = reporting }
  }

  /// Tells everybody that the server goes away.
  func drain() { canary.stop() }

  /// Closes the admin port.
  func end() async {
    let state = state.withLock { $0 }
    state.reporting?.cancel()
    // It fails only where it is closed already.
    try? await state.admin?.close()
    state.guests?.closeAll()
  }
}
