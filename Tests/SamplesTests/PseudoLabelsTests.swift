import ArgumentParser
import Digits
import Foundation
import TesseraNN
import TesseraTensor
import Testing

@testable import PseudoLabels

/// Made-up labels of generated digits.
struct PseudoLabelsTests {
  private let logits: [Float] = [0.5, -1, 2, 0, 0, 1, 0, 0, 0, -2, 0.25]

  /// The loss of one generated digit and the gradient of its logits, in double precision.
  private func value(_ scheme: PseudoLabelScheme) throws -> Float? {
    let count = scheme.classCount
    return evaluate(try build(from: .random(seed: 0)) { _ in () }.values) { pass in
      scheme.loss(pass.constant(Tensor([1, count], Array(logits.prefix(count)))))?.value.scalar
    }
  }

  @Test func lossesAreThoseOfThePaper() throws {
    let terms = logits.map { exp(Double($0)) }
    let ten = log(terms.prefix(10).reduce(0, +))
    #expect(try value(.none) == nil)
    let extra = log(terms.reduce(0, +)) - Double(logits[10])
    #expect(abs(Double(try #require(try value(.allInOne))) - extra) < 1e-5)
    #expect(abs(Double(try #require(try value(.oneHot))) - 0.1 * (ten - 2)) < 1e-6)
    let mean = logits.prefix(10).reduce(0) { $0 + Double($1) } / 10
    #expect(abs(Double(try #require(try value(.uniform))) - (ten - mean)) < 1e-5)
  }

  @Test func everySchemeLearnsClearDigits() throws {
    let digits = DigitSet.clear(200)
    let settings = SchemeComparison.Settings(
      labels: 50, generated: 20, steps: 150, generatorSteps: 2)
    let comparison = SchemeComparison(on: digits, settings: settings, seed: 1)
    var steps: [Int] = []
    let drawn = try comparison.generated { step, _ in steps.append(step) }
    #expect(steps == [1, 2] && drawn.count == 20)
    for scheme in PseudoLabelScheme.allCases {
      #expect(try comparison.error(scheme, with: drawn) < 0.1, "\(scheme)")
    }
  }

  @Test(arguments: [
    (["--labels", "15"], "--labels 15: give a multiple of 10 from 10 to 5000"),
    (["--generated", "0"], "--generated 0: give 1 to 100000"),
    (["--steps", "0"], "--steps 0: give 1 to 1000000"),
  ])
  func optionsHaveBounds(arguments: [String], message: String) {
    let failure = #expect(throws: (any Error).self) { try PseudoLabels.parse(arguments) }
    #expect(failure.map { PseudoLabels.message(for: $0) } == message)
  }
}
