import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct InceptionScoreTests {
  @Test func anUnsureClassifierScoresOne() {
    let score = inceptionScore(probabilities: .filled([6, 4], with: 0.25), splits: 2)
    #expect(abs(score.mean - 1) < 1e-12 && score.deviation == 0)
  }

  /// Every class once in each split: as many as there are classes, which is the most.
  @Test func sureOfAllClassesScoresTheirNumber() {
    var rows = [Float](repeating: 0, count: 50)
    for sample in 0..<10 { rows[sample * 5 + sample % 5] = 1 }
    let score = inceptionScore(probabilities: Tensor([10, 5], rows), splits: 2)
    #expect(abs(score.mean - 5) < 1e-12 && score.deviation < 1e-12)
  }

  @Test func alwaysTheSameClassScoresOne() {
    let score = inceptionScore(probabilities: Tensor([3, 2], [1, 0, 1, 0, 1, 0]), splits: 1)
    #expect(score.mean == 1 && score.deviation == 0)
  }

  /// Rows ¾, ¼ and ¼, ¾: KL = ¾ ln 1.5 + ¼ ln ½.
  @Test func aSmallCaseByHand() {
    let score = inceptionScore(probabilities: Tensor([2, 2], [0.75, 0.25, 0.25, 0.75]), splits: 1)
    #expect(abs(score.mean - exp(0.75 * log(1.5) + 0.25 * log(0.5))) < 1e-12)
  }

  /// Five samples in two splits: two and three; the first scores 2, the second 1.
  @Test func splitsAreRunsOfTheirOwn() {
    let rows: [Float] = [1, 0, 0, 1, 1, 0, 1, 0, 1, 0]
    let score = inceptionScore(probabilities: Tensor([5, 2], rows), splits: 2)
    #expect(abs(score.mean - 1.5) < 1e-12 && abs(score.deviation - 0.5) < 1e-12)
  }

  @Test func moreSplitsThanSamplesAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) { _ = inceptionScore(probabilities: .zeros([2, 2]), splits: 3) }
  }
}
