import TesseraTensor
import Testing

@testable import Digits

/// Digits by name.
struct DigitClassifierTests {
  private let digits = DigitSet.clear(100)

  @Test func clearDigitsAreLearned() throws {
    var classifier = try TrainedClassifier(seed: 1)
    let indices = Array(0..<100)
    #expect(classifier.error(on: digits, indices) > 0.5)
    classifier.learn(digits, indices, epochs: 60, order: Generator(seed: 1, stream: "order"))
    #expect(classifier.error(on: digits, indices) == 0)
    let probabilities = classifier.probabilities(of: digits.images(at: [3, 4]))
    #expect(probabilities.shape == [2, 10] && abs(probabilities.elements.prefix(10).reduce(0, +) - 1) < 1e-5)
  }

  @Test func errorsAreCounted() {
    let scores = Tensor([3, 10], (0..<30).map { [2, 11, 25].contains($0) ? 1 : 0 })
    // Largest at 2, 1 and 5.
    #expect(errorRate(of: scores, digits, [2, 1, 5]) == 0)
    #expect(abs(errorRate(of: scores, digits, [2, 1, 6]) - 1.0 / 3) < 1e-9)
    #expect(errorRate(of: Tensor([1, 10], [Float](repeating: 0, count: 10)), digits, [0]) == 0)
    #expect(errorRate(of: Tensor([1, 10], [Float](repeating: 0, count: 10)), digits, [1]) == 1)
  }
}
