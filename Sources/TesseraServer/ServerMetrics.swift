internal import Metrics
internal import TesseraProtocol

/// What a server counts and times.
struct ServerMetrics: Sendable {
  private let answered = Counter(label: "tessera_server_requests_total", dimensions: [("outcome", "OK")])
  private let failed: [ErrorCode: Counter]
  private let otherFailure = Counter(label: "tessera_server_requests_total", dimensions: [("outcome", "OTHER")])
  private let latency = Timer(label: "tessera_server_latency")
  private let queueDepth = Gauge(label: "tessera_server_queue_depth")
  private let connectionCount = Gauge(label: "tessera_server_connections")
  private let refusedTokens = Counter(label: "tessera_server_tokens_refused_total")
  private let refusedHandshakes = Counter(label: "tessera_server_tls_refused_total")
  private let refusedConnections = Counter(label: "tessera_server_connections_refused_total")

  init() {
    failed = Dictionary(
      uniqueKeysWithValues: ErrorCode.assigned.map { code in
        (code, Counter(label: "tessera_server_requests_total", dimensions: [("outcome", code.description)]))
      })
  }

  /// Counts a result, `time` after its OPEN.
  func answered(after time: Duration) {
    answered.increment()
    latency.record(duration: time)
  }

  /// Counts a request that was refused or failed.
  func failed(_ code: ErrorCode) { (failed[code] ?? otherFailure).increment() }

  /// Notes how many requests are admitted and not computed.
  func queued(_ count: Int) { queueDepth.record(count) }

  /// Notes how many connections there are.
  func connected(_ count: Int) { connectionCount.record(count) }

  /// Counts a token that is nobody's.
  func refusedToken() { refusedTokens.increment() }

  /// Counts a TLS handshake that came to nothing.
  func refusedHandshake() { refusedHandshakes.increment() }

  /// Counts a connection turned away.
  func refusedConnection() { refusedConnections.increment() }
}
