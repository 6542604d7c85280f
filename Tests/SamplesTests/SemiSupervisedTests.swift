import ArgumentParser
import Digits
import Foundation
import TesseraNN
import TesseraTensor
import Testing

@testable import SemiSupervisedDigits

/// Few labels and many digits.
struct SemiSupervisedTests {
  private let digits = DigitSet.clear(200)

  private func settings(_ usesGenerator: Bool) -> SemiSupervisedTraining.Settings {
    SemiSupervisedTraining.Settings(labels: 10, width: 16, epochs: 8, usesGenerator: usesGenerator)
  }

  @Test func layersAreThoseOfThePaperAtItsWidth() throws {
    let (_, values) = try build(from: .random(seed: 0)) { NoisyClassifier($0, width: 1000) }
    // Directions, lengths and biases of 784-1000-500-250-250-250-10.
    let widths = [784, 1000, 500, 250, 250, 250, 10]
    let counts = zip(widths, widths.dropFirst()).map { ($0 + 2) * $1 }
    #expect(values.parameterCount == counts.reduce(0, +))
  }

  @Test func unitsBeginWithMeanZeroAndVarianceOne() throws {
    let (network, random) = try build(from: .random(seed: 1)) { NoisyClassifier($0, width: 16) }
    let images = digits.images(at: 0..<200)
    let values = network.initialized(random, by: images)
    let logits = evaluate(values) { pass in network(pass.constant(images), in: pass).logits.value }
      .elements
    for unit in 0..<10 {
      let (mean, variance) = (0..<200).map { Double(logits[$0 * 10 + unit]) }.moments
      #expect(abs(mean) < 1e-3 && abs(variance - 1) < 1e-2, "unit \(unit): \(mean), \(variance)")
    }
  }

  @Test func hiddenLengthsStayAndTheLastLearns() throws {
    let (network, first) = try build(from: .random(seed: 1)) { NoisyClassifier($0, width: 16) }
    let second = network.initialized(first, by: digits.images(at: 0..<50))
    let mixed = network.keepingLengths(of: first, in: second)
    for (index, name) in first.names.enumerated() {
      let isKept = name.hasSuffix("weight_g") && !name.hasPrefix("layers.5.")
      let expected = isKept ? first.parameters[index] : second.parameters[index]
      #expect(mixed.parameters[index].elements == expected.elements, "\(name)")
    }
    #expect(first.names.filter { $0.hasSuffix("weight_g") }.count == 6)
  }

  @Test(arguments: [false, true])
  func oneLabelOfEachKindIsEnoughForClearDigits(usesGenerator: Bool) throws {
    var training = try SemiSupervisedTraining(
      on: digits, settings: settings(usesGenerator), seed: 2)
    let before = training.drawn(2).elements
    for _ in 0..<8 { training.runEpoch() }
    #expect(
      training.drawn(2).shape == [2, 784]
        && training.drawn(2).elements.allSatisfy { (0...1).contains($0) })
    #expect((training.drawn(2).elements != before) == usesGenerator)
    #expect(training.error <= 0.9)
    var again = try SemiSupervisedTraining(on: digits, settings: settings(usesGenerator), seed: 2)
    for _ in 0..<8 { again.runEpoch() }
    #expect(again.error == training.error && again.drawn(2).elements == training.drawn(2).elements)
  }

  @Test func curvesAreReadByProgramsAndPeople() {
    let curves = [ErrorCurves(labels: 20, alone: [0.5, 0.25], withFakes: [0.4, 0.125])]
    #expect(
      ErrorCurves.csv(curves)
        == "labels,epoch,error_alone,error_with_generated\n20,1,0.50000,0.40000\n20,2,0.25000,0.12500\n"
    )
    _ = ErrorCurves.draw([ErrorCurves(labels: 10, alone: [0], withFakes: [0])])
  }

  @Test(arguments: [
    (["--labels", "20", "25"], "--labels: give multiples of 10 from 10 to 5000"),
    (["--width", "10"], "--width 10: give a multiple of 4 from 8 to 4000"),
    (["--epochs", "0"], "--epochs 0: give 1 to 10000"),
  ])
  func optionsHaveBounds(arguments: [String], message: String) {
    let failure = #expect(throws: (any Error).self) { try SemiSupervisedDigits.parse(arguments) }
    #expect(failure.map { SemiSupervisedDigits.message(for: $0) } == message)
  }

  @Test func moreLabelsThanDigitsAreRefused() throws {
    let folder = try DigitFolder(labels: (0..<40).map { UInt8($0 % 10) })
    let command = try SemiSupervisedDigits.parse(
      ["--digits", folder.path, "--labels", "100", "--out", "\(folder.path)/out"])
    let failure = #expect(throws: LabelCountError.self) { try command.run() }
    #expect(failure?.count == 100)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
  }
}
