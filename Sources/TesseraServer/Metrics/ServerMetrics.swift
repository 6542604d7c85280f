internal import Metrics
internal import TesseraProtocol

/// What a server counts and times; ``descriptions`` says what each number means.
struct ServerMetrics: Sendable {
  let factory: any MetricsFactory
  private let outcomes: [String: Counter]
  private let refusals: [String: Counter]
  private let connectionEnds: [String: Counter]
  private let duration: Timer
  private let queueTime: Timer
  private let computeTime: Timer
  private let decodeTime: Timer
  private let batchSize: Recorder
  private let receivedBytes: Counter
  private let sentBytes: Counter
  private let acceptedConnections: Counter
  private let refusedConnections: Counter
  private let refusedTokens: Counter
  private let refusedHandshakes: Counter

  /// The label of what has none of its own.
  static let other = "OTHER"

  init(_ factory: any MetricsFactory) {
    self.factory = factory
    func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
      Counter(label: "tessera_\(name)", dimensions: dimensions, factory: factory)
    }
    func timer(_ name: String) -> Timer { Timer(label: "tessera_\(name)", factory: factory) }
    // All from the beginning, so that rates are right from the first event on.
    let codes = ErrorCode.assigned.map(\.description) + [Self.other]
    func counters(_ name: String, _ label: String, _ values: [String]) -> [String: Counter] {
      Dictionary(uniqueKeysWithValues: values.map { ($0, counter(name, [(label, $0)])) })
    }
    outcomes = counters("requests_total", "outcome", codes + ["OK", "LOST"])
    refusals = counters("requests_refused_total", "code", codes)
    connectionEnds = counters("connection_errors_total", "code", codes)
    duration = timer("request_duration_seconds")
    queueTime = timer("request_queue_seconds")
    computeTime = timer("request_compute_seconds")
    decodeTime = timer("request_decode_seconds")
    batchSize = Recorder(label: "tessera_batch_size", aggregate: true, factory: factory)
    receivedBytes = counter("received_bytes_total")
    sentBytes = counter("sent_bytes_total")
    acceptedConnections = counter("connections_accepted_total")
    refusedConnections = counter("connections_refused_total")
    refusedTokens = counter("tokens_refused_total")
    refusedHandshakes = counter("tls_refused_total")
  }

  /// Counts a result that is on its way, `time` after its OPEN.
  func answered(after time: Duration, receipt: Receipt?) {
    outcomes["OK"]?.increment()
    duration.record(duration: time)
    guard let receipt else { return }
    queueTime.record(duration: receipt.queueTime)
    computeTime.record(duration: receipt.computeTime)
    decodeTime.record(duration: receipt.decodeTime)
    batchSize.record(receipt.batchSize)
  }

  /// Counts a request that was refused or failed.
  func failed(_ code: ErrorCode, wasAdmitted: Bool) {
    Self.count(code, in: outcomes)
    if !wasAdmitted { Self.count(code, in: refusals) }
  }

  /// Counts a request whose connection ended before it did.
  func lost() { outcomes["LOST"]?.increment() }

  /// Counts bytes that came.
  func received(_ bytes: Int) { receivedBytes.increment(by: bytes) }

  /// Counts bytes that the system has taken.
  func sent(_ bytes: Int) { sentBytes.increment(by: bytes) }

  /// Counts a connection that was taken in.
  func acceptedConnection() { acceptedConnections.increment() }

  /// Counts a token that is nobody's.
  func refusedToken() { refusedTokens.increment() }

  /// Counts a TLS handshake that came to nothing.
  func refusedHandshake() { refusedHandshakes.increment() }

  /// Counts a connection turned away.
  func refusedConnection() { refusedConnections.increment() }

  /// Counts a connection that ended by an error of scope 1.
  func endedConnection(_ code: ErrorCode) { Self.count(code, in: connectionEnds) }

  private static func count(_ code: ErrorCode, in counters: [String: Counter]) {
    (counters[code.description] ?? counters[other])?.increment()
  }
}
