import Testing

@testable import TesseraServer

@Suite struct MetricNameTests {
  @Test(arguments: [
    ("tessera_requests_total", "tessera_requests_total"), ("a:b", "a:b"), ("a.b-c", "a_b_c"), ("9lives", "_9lives"),
    ("", "_"), ("ü\n\"", "___"),
  ])
  func metricNames(_ name: String, _ expected: String) {
    #expect(MetricName.metric(name) == expected)
  }

  @Test(arguments: [
    ("code", "code"), ("a:b", "a_b"), ("le", "exported_le"), ("__name__", "exported___name__"), ("1", "_1"),
  ])
  func labelNames(_ name: String, _ expected: String) {
    #expect(MetricName.label(name) == expected)
  }

  @Test func longNamesAreCut() {
    #expect(MetricName.metric(String(repeating: "x", count: 1000)).count == 200)
  }
}
