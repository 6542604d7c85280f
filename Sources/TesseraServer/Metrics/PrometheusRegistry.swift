internal import Metrics
internal import Synchronization

/// Keeps the numbers that swift-metrics hands out and writes them in Prometheus' text format.
///
/// Bounded: at most ``Limits/families`` metrics of at most ``Limits/series`` label sets each. What exceeds that, or
/// uses one name for two kinds, is dropped and counted in `metrics_dropped_total`.
///
/// Counters and floating-point counters become counters, gauges and meters gauges, timers histograms in seconds, and
/// recorders that aggregate histograms.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
final class PrometheusRegistry: MetricsFactory {
  /// How many metrics and label sets there may be.
  struct Limits: Hashable, Sendable {
    /// Most metrics.
    var families = 256
    /// Most label sets of one metric.
    var series = 128

    /// The defaults.
    init() {}
  }

  /// The media type of ``text()``.
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  private struct State {
    var families: [String: Family] = [:]
    /// Names that lines begin with, so that no two metrics write the same line.
    var lineNames: Set<String> = []
    var dropped = 0
  }

  private static let dropCounter = "metrics_dropped_total"
  private let descriptions: [String: MetricDescription]
  private let limits: Limits
  private let state = Mutex(State())

  /// Makes an empty registry.
  ///
  /// - Parameter descriptions: help and buckets of metrics by their names; one that has none is shown without help.
  init(_ descriptions: [MetricDescription] = [], limits: Limits = Limits()) {
    self.descriptions = Dictionary(descriptions.map { (MetricName.metric($0.name), $0) }) { first, _ in first }
    self.limits = limits
  }

  /// Writes every metric, ordered by name.
  func text() -> String {
    let (families, dropped) = state.withLock { ($0.families, $0.dropped) }
    var text = ""
    for (_, family) in families.sorted(by: { $0.key < $1.key }) { family.write(into: &text) }
    var own = Family(
      name: Self.dropCounter, kind: .counter,
      description: MetricDescription(Self.dropCounter, "Metrics and label sets for which there was no room."))
    let counter = CounterSeries()
    counter.increment(by: Double(dropped))
    own.series[""] = counter
    own.write(into: &text)
    return text
  }

  /// Finds or makes the numbers of a label set; nil where they have no place.
  private func series<S: Series>(
    _ kind: Family.Kind, _ label: String, _ dimensions: [(String, String)], _ make: @Sendable ([Double]) -> S
  ) -> S? {
    let name = MetricName.metric(label)
    let labels = ExpositionText.labels(dimensions)
    let description = descriptions[name]
    return state.withLock { state -> S? in
      if let known = state.families[name]?.series[labels] as? S { return known }
      guard prepare(name, kind, description, &state), state.families[name]?.series.count ?? 0 < limits.series,
        state.families[name]?.series[labels] == nil
      else {
        state.dropped += 1
        return nil
      }
      let series = make(description?.buckets ?? MetricDescription.seconds)
      state.families[name]?.series[labels] = series
      return series
    }
  }

  /// Sees to it that there is a metric of a name and kind; false where there is none.
  private func prepare(
    _ name: String, _ kind: Family.Kind, _ description: MetricDescription?, _ state: inout State
  ) -> Bool {
    if let family = state.families[name] { return family.kind == kind }
    let lineNames = kind.suffixes.map { name + $0 }
    guard state.families.count < limits.families, name != Self.dropCounter,
      state.lineNames.isDisjoint(with: lineNames)
    else { return false }
    state.lineNames.formUnion(lineNames)
    state.families[name] = Family(name: name, kind: kind, description: description)
    return true
  }

  /// Forgets the numbers of a label set.
  private func remove(_ handler: AnyObject) {
    state.withLock { state in
      for (name, family) in state.families {
        guard let labels = family.series.first(where: { $0.value === handler })?.key else { continue }
        state.families[name]?.series[labels] = nil
      }
    }
  }
}

extension PrometheusRegistry {
  /// Finds or makes a counter.
  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(.counter, label, dimensions) { _ in CounterSeries() } ?? DroppedSeries()
  }

  /// Finds or makes a counter.
  func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(.counter, label, dimensions) { _ in CounterSeries() } ?? DroppedSeries()
  }

  /// Finds or makes a gauge.
  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(.gauge, label, dimensions) { _ in GaugeSeries() } ?? DroppedSeries()
  }

  /// Finds or makes a histogram, or a gauge where nothing is aggregated.
  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    guard aggregate else { return series(.gauge, label, dimensions) { _ in GaugeSeries() } ?? DroppedSeries() }
    return series(.histogram, label, dimensions) { HistogramSeries(bounds: $0) } ?? DroppedSeries()
  }

  /// Finds or makes a histogram in seconds.
  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(.histogram, label, dimensions) { HistogramSeries(bounds: $0) } ?? DroppedSeries()
  }

  /// Forgets a counter.
  func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  /// Forgets a counter.
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
  /// Forgets a gauge.
  func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  /// Forgets a histogram or gauge.
  func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  /// Forgets a histogram.
  func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
