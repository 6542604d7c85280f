import Testing

@testable import tessera_bench

struct TimingTests {
  @Test func warmUpsDoNotCount() {
    var runs = 0
    var timing = Timing(repeats: 3, warmUps: 2) { runs += 1 }
    #expect(runs == 5 && timing.seconds.count == 3)
    timing.measure(repeats: 2) { runs += 1 }
    #expect(runs == 7 && timing.seconds.count == 5)
    #expect(timing.best <= timing.median && timing.best == timing.seconds.min())
    #expect(timing.seconds.filter { $0 <= timing.median }.count >= 3)
    #expect(abs(timing.mean * 5 - timing.seconds.reduce(0, +)) < 1e-9)
  }
}
