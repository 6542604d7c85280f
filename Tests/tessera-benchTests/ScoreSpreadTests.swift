import Testing

@testable import tessera_bench

struct ScoreSpreadTests {
  @Test func spreadsAreOfAllScores() {
    var spread = ScoreSpread()
    for score in [0.5, 0.25, 0.75, 0.25] { spread.add(score) }
    #expect(spread.mean == 0.4375 && spread.least == 0.25 && spread.most == 0.75)
    var line = JSONLine()
    line.add("x", spread)
    #expect("\(line)" == #"{"engine": "tessera", "x_mean": 0.438, "x_least": 0.25, "x_most": 0.75}"#)
  }
}
