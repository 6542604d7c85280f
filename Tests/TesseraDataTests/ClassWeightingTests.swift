import Foundation
import Testing

@testable import TesseraData

@Suite struct ClassWeightingTests {
  private var frequencies: ClassFrequencies {
    var frequencies = ClassFrequencies(classCount: 4)
    frequencies.add(counts: [60, 20, 0, 0], void: 5)
    frequencies.add(counts: [10, 0, 10, 0], void: 0)
    return frequencies
  }

  @Test func noneWeighsAlike() { #expect(frequencies.weights(.none) == [1, 1, 1, 1]) }

  @Test func enetFollowsItsFormula() {
    // 1 / ln(1.02 + p) for p = 0.7, 0.2, 0.1, 0, by hand.
    let raw: [Double] = [1.843915, 5.028895, 8.823891, 50.498350]
    let mean = raw.reduce(0, +) / 4
    // ln 1.72 = 0.5423243, ln 1.22 = 0.1988509, ln 1.12 = 0.1133287, ln 1.02 = 0.0198026
    for (weight, expected) in zip(frequencies.weights(.enet), raw) {
      #expect(abs(Double(weight) - expected / mean) < 1e-5)
    }
  }

  @Test func inverseRootsFollowTheirFormula() {
    // √(1 / 0.7), √(1 / 0.2), √(1 / 0.1), by hand; a class that does not occur has no weight.
    let raw: [Double] = [1.195229, 2.236068, 3.162278]
    let mean = raw.reduce(0, +) / 3
    let weights = frequencies.weights(.inverseRoot)
    for (weight, expected) in zip(weights, raw) { #expect(abs(Double(weight) - expected / mean) < 1e-5) }
    #expect(weights.count == 4 && weights[3] == 0)
  }

  @Test func medianFrequencyCountsWherePresent() {
    // Frequencies 70/100, 20/80 and 10/20; their median is 0.5.
    let raw: [Double] = [0.5 / 0.7, 0.5 / 0.25, 1]
    let mean = raw.reduce(0, +) / 3
    let weights = frequencies.weights(.medianFrequency)
    for (weight, expected) in zip(weights, raw) { #expect(abs(Double(weight) - expected / mean) < 1e-6) }
    #expect(weights[3] == 0)
  }

  @Test func nothingCountedStaysFinite() {
    for weighting in ClassWeighting.allCases {
      #expect(ClassFrequencies(classCount: 2).weights(weighting) == [1, 1])
    }
  }
}
