import TesseraTensor
import Testing

@testable import tessera_bench

struct ArrivalScheduleTests {
  @Test func fixedArrivalsAreAtEqualDistances() {
    var generator = Generator(seed: 0, stream: "x")
    let schedule = ArrivalSchedule(.fixed, rate: 4, length: .seconds(1), generator: &generator)
    #expect(schedule.offsets == [.milliseconds(250), .milliseconds(500), .milliseconds(750)])
  }

  @Test func poissonArrivalsHaveExponentialGaps() {
    var generator = Generator(seed: 3, stream: "x")
    let schedule = ArrivalSchedule(.poisson, rate: 500, length: .seconds(40), generator: &generator)
    let offsets = schedule.offsets.map { $0 / .seconds(1) }
    #expect(offsets == offsets.sorted() && offsets.allSatisfy { (0..<40).contains($0) })
    // Of 20000 arrivals the number deviates by 141, of gaps the mean by 0.7 %.
    #expect(abs(offsets.count - 20_000) < 600)
    let gaps = zip(offsets.dropFirst(), offsets).map { $0 - $1 }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    #expect(abs(mean * 500 - 1) < 0.03)
    // The standard deviation of exponential numbers is their mean.
    #expect(abs(variance.squareRoot() / mean - 1) < 0.05)
    // Gaps longer than the mean are e^-1 of all.
    #expect(abs(Double(gaps.count { $0 > mean }) / Double(gaps.count) - 0.3679) < 0.015)
  }

  @Test func aSeedRepeatsThem() {
    func offsets(_ seed: UInt64) -> [Duration] {
      var generator = Generator(seed: seed, stream: "x")
      return ArrivalSchedule(.poisson, rate: 100, length: .seconds(1), generator: &generator).offsets
    }
    #expect(offsets(1) == offsets(1))
    #expect(offsets(1) != offsets(2))
  }

  @Test func thereAreNoMoreThanTheMost() {
    var generator = Generator(seed: 0, stream: "x")
    let schedule = ArrivalSchedule(.fixed, rate: 100_000, length: .seconds(600), generator: &generator)
    #expect(schedule.offsets.count == ArrivalSchedule.mostArrivals)
  }
}
