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
    // 1 / ln(1.05 + p) for p = 0.7, 0.2, 0.1, 0, by hand.
    let raw: [Double] = [1.786940, 4.481420, 7.155024, 20.495934]
    let mean = raw.reduce(0, +) / 4
    // ln 1.75 = 0.5596158, ln 1.25 = 0.2231436, ln 1.15 = 0.1397619, ln 1.05 = 0.0487902
    for (weight, expected) in zip(frequencies.weights(.enet), raw) {
      #expect(abs(Double(weight) - expected / mean) < 1e-5)
    }
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
