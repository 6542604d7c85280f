import Testing

@testable import tessera_bench

struct LoadReportTests {
  private func sample(_ intended: Int, _ sent: Int, _ ended: Int, batch: Int? = nil) -> LoadSample {
    LoadSample(
      intended: .milliseconds(intended), sent: .milliseconds(sent), ended: .milliseconds(ended),
      outcome: .success(LoadAnswerSummary(batchSize: batch)))
  }

  private func refusal(_ intended: Int, _ ended: Int, _ code: String) -> LoadSample {
    LoadSample(
      intended: .milliseconds(intended), sent: .milliseconds(intended), ended: .milliseconds(ended),
      outcome: .failure(LoadRefusal(code: code)))
  }

  @Test func onlyTheCountedTimeCounts() {
    let samples = [
      // Sent in the warm-up, answered in the counted time: of the rate, not of the latencies.
      sample(900, 900, 1100, batch: 9),
      sample(1000, 1000, 1200, batch: 1), sample(2900, 2900, 2990, batch: 3),
      // Answered behind the end: of the latencies, not of the rate.
      sample(2999, 2999, 3999),
      sample(3000, 3000, 3100, batch: 9),
    ]
    let report = LoadReport(samples, from: .seconds(1), to: .seconds(3))
    #expect(report.imagesPerSecond == 1.5)
    #expect(report.answers.count == 3)
    #expect(report.answers.quantile(permille: 1000) == .seconds(1))
    #expect(report.meanBatchSize == 2)
  }

  @Test func latencyBeginsWhenARequestWasToBeSent() {
    let report = LoadReport([sample(0, 300, 350)], from: .zero, to: .seconds(1))
    #expect(report.answers.quantile(permille: 500) == .milliseconds(350))
    #expect(report.delays.quantile(permille: 500) == .milliseconds(300))
  }

  @Test func refusalsAreCountedByCode() {
    let samples = [
      refusal(10, 15, "OVERLOADED"), refusal(20, 40, "OVERLOADED"), refusal(30, 31, "DEADLINE"), sample(40, 40, 50),
    ]
    let report = LoadReport(samples, from: .zero, to: .seconds(1))
    #expect(report.refusalCounts == ["OVERLOADED": 2, "DEADLINE": 1])
    #expect(report.refusals.quantile(permille: 1000) == .milliseconds(20))
    #expect(report.imagesPerSecond == 1)
    #expect(report.meanBatchSize == nil)
    var line = JSONLine()
    line.add(report)
    #expect("\(line)".contains(#""refusal_max_ms": 20.0, "refused_DEADLINE": 1, "refused_OVERLOADED": 2, "#))
  }
}
