import Testing

@testable import tessera_bench

struct LatencyQuantilesTests {
  @Test func quantilesAreOfTheNearestRank() {
    // 1 ms to 1000 ms, from the end: so many of a thousand are exactly so long.
    let quantiles = LatencyQuantiles((1...1000).reversed().map { Duration.milliseconds($0) })
    #expect(quantiles.count == 1000)
    for permille in [1, 499, 500, 990, 999, 1000] {
      #expect(quantiles.quantile(permille: permille) == .milliseconds(permille))
    }
  }

  @Test(arguments: [
    ([7], 500, 7), ([7], 1, 7), ([1, 2], 500, 1), ([1, 2], 501, 2), ([3, 1, 2], 500, 2), ([3, 1, 2], 990, 3),
    // Of a hundred the largest is beyond the 99th, of 101 as well.
    (Array(1...100), 990, 99), (Array(1...101), 990, 100), (Array(1...100), 999, 100),
  ])
  func fewSamplesHaveQuantilesToo(milliseconds: [Int], permille: Int, expected: Int) {
    let quantiles = LatencyQuantiles(milliseconds.map { Duration.milliseconds($0) })
    #expect(quantiles.quantile(permille: permille) == .milliseconds(expected))
  }

  @Test func nothingHasNone() {
    #expect(LatencyQuantiles([Duration]()).quantile(permille: 500) == nil)
    var line = JSONLine()
    line.add("x_", LatencyQuantiles([Duration]()))
    #expect(
      "\(line)"
        == #"{"engine": "tessera", "x_p50_ms": null, "x_p99_ms": null, "x_p999_ms": null, "x_max_ms": null}"#)
  }
}
