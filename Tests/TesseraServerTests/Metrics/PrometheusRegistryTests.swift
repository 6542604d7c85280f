import Metrics
import Testing

@testable import TesseraServer

@Suite struct PrometheusRegistryTests {
  /// The lines of one metric.
  private func lines(_ registry: PrometheusRegistry, _ name: String) -> [String] {
    registry.text().split(separator: "\n").map(String.init).filter { line in
      line.split(whereSeparator: { " {".contains($0) }).contains { $0 == name || $0.hasPrefix(name + "_") }
    }
  }

  @Test func countersAreWrittenWithHelpAndType() {
    let registry = PrometheusRegistry([MetricDescription("requests_total", "Requests by\noutcome \\ code.")])
    let good = Counter(label: "requests_total", dimensions: [("outcome", "OK")], factory: registry)
    let bad = Counter(label: "requests_total", dimensions: [("outcome", "BAD")], factory: registry)
    good.increment(by: 3)
    bad.increment()
    #expect(
      lines(registry, "requests_total") == [
        #"# HELP requests_total Requests by\noutcome \\ code."#, "# TYPE requests_total counter",
        #"requests_total{outcome="BAD"} 1"#, #"requests_total{outcome="OK"} 3"#,
      ])
  }

  @Test func oneNameAndLabelSetIsOneSeriesWhateverTheOrderOfLabels() {
    let registry = PrometheusRegistry()
    Counter(label: "x", dimensions: [("b", "1"), ("a", "2")], factory: registry).increment()
    Counter(label: "x", dimensions: [("a", "2"), ("b", "1")], factory: registry).increment()
    #expect(lines(registry, "x") == ["# TYPE x counter", #"x{a="2",b="1"} 2"#])
  }

  @Test func hostileLabelsAreEscapedAndCut() {
    let registry = PrometheusRegistry()
    let long = String(repeating: "y", count: 1000)
    Gauge(label: "x", dimensions: [("a b", "q\"\\\n# TYPE"), ("le", long)], factory: registry).record(1)
    let cut = String(repeating: "y", count: 256)
    #expect(
      lines(registry, "x") == ["# TYPE x gauge", #"x{a_b="q\"\\\n# TYPE",exported_le=""# + cut + #""} 1"#])
  }

  @Test func histogramsCountUpToEachBoundInclusive() {
    let registry = PrometheusRegistry([MetricDescription("batch", "Sizes.", buckets: [1, 2, 4])])
    let recorder = Recorder(label: "batch", factory: registry)
    for size in [1, 2, 2, 3, 9] { recorder.record(size) }
    recorder.record(Double.nan)
    #expect(
      lines(registry, "batch").dropFirst(2) == [
        #"batch_bucket{le="1"} 1"#, #"batch_bucket{le="2"} 3"#, #"batch_bucket{le="4"} 4"#,
        #"batch_bucket{le="+Inf"} 5"#, "batch_sum 17", "batch_count 5",
      ])
  }

  @Test func timersAreHistogramsInSeconds() {
    let registry = PrometheusRegistry([MetricDescription("wait_seconds", "Waits.", buckets: [0.01, 0.5])])
    let timer = Timer(label: "wait_seconds", dimensions: [("kind", "a")], factory: registry)
    timer.recordMilliseconds(250)
    #expect(
      lines(registry, "wait_seconds").dropFirst() == [
        "# TYPE wait_seconds histogram", #"wait_seconds_bucket{kind="a",le="0.01"} 0"#,
        #"wait_seconds_bucket{kind="a",le="0.5"} 1"#, #"wait_seconds_bucket{kind="a",le="+Inf"} 1"#,
        #"wait_seconds_sum{kind="a"} 0.25"#, #"wait_seconds_count{kind="a"} 1"#,
      ])
  }

  @Test(arguments: [
    (0.1, "0.1"), (-0.0, "0"), (3, "3"), (-1.5, "-1.5"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    (1e18, "1e+18"), (Double(1 << 40), "1099511627776"),
  ])
  func gaugesTakeAnyNumber(_ value: Double, _ text: String) {
    let registry = PrometheusRegistry()
    Gauge(label: "x", factory: registry).record(value)
    #expect(lines(registry, "x") == ["# TYPE x gauge", "x \(text)"])
  }

  @Test func countersNeverShrink() {
    let registry = PrometheusRegistry()
    let counter = FloatingPointCounter(label: "x", factory: registry)
    counter.increment(by: 1.5)
    counter.increment(by: -1.0)
    counter.increment(by: Double.infinity)
    #expect(lines(registry, "x").last == "x 1.5")
  }

  @Test func labelSetsAndMetricsAreBounded() {
    var limits = PrometheusRegistry.Limits()
    limits.series = 2
    limits.families = 2
    let registry = PrometheusRegistry(limits: limits)
    for number in 0..<5 { Counter(label: "a", dimensions: [("n", "\(number)")], factory: registry).increment() }
    for name in ["b", "c", "d"] { Counter(label: name, factory: registry).increment() }
    #expect(lines(registry, "a").count == 3)
    #expect(lines(registry, "b").count == 2)
    #expect(lines(registry, "c").isEmpty)
    #expect(registry.text().hasSuffix("\nmetrics_dropped_total 5\n"))
  }

  @Test func oneNameHasOneKind() {
    let registry = PrometheusRegistry()
    Counter(label: "x", factory: registry).increment()
    Gauge(label: "x", factory: registry).record(7)
    Timer(label: "y", factory: registry).recordSeconds(1)
    Counter(label: "y_count", factory: registry).increment(by: 9)
    #expect(lines(registry, "x") == ["# TYPE x counter", "x 1"])
    #expect(lines(registry, "y_count") == ["y_count 1"])
    #expect(registry.text().hasSuffix("\nmetrics_dropped_total 2\n"))
  }

  @Test func whatIsDestroyedIsGoneAndMakesRoom() {
    var limits = PrometheusRegistry.Limits()
    limits.series = 1
    let registry = PrometheusRegistry(limits: limits)
    let old = Gauge(label: "x", dimensions: [("n", "1")], factory: registry)
    old.record(1)
    old.destroy()
    Gauge(label: "x", dimensions: [("n", "2")], factory: registry).record(2)
    #expect(lines(registry, "x") == ["# TYPE x gauge", #"x{n="2"} 2"#])
  }

  @Test func countsFromManyThreadsAreWhole() async {
    let registry = PrometheusRegistry()
    let counter = Counter(label: "x", factory: registry)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { for _ in 0..<1000 { counter.increment() } } }
    }
    #expect(lines(registry, "x").last == "x 8000")
  }
}
