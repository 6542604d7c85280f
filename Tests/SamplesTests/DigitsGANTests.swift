import ArgumentParser
import Digits
import Foundation
import TesseraNN
import TesseraTensor
import Testing

@testable import DigitsGAN

/// The perceptrons that draw and judge digits.
struct DigitsGANTests {
  private let digits = DigitSet.clear(40)

  private func settings() -> DigitAdversaries.Settings { DigitAdversaries.Settings(batch: 8) }

  @Test func parametersAreThoseOfTheLayers() throws {
    let pair = try DigitAdversaries(settings: settings(), seed: 0)
    #expect(pair.generator.parameterCount == 79_184 && pair.discriminator.parameterCount == 78_601)
    #expect(Set(pair.generator.names) == ["generator.out.weight", "generator.out.bias"])
  }

  @Test func drawnDigitsLieBetweenPaperAndInk() throws {
    let training = try DigitTraining(on: digits, settings: settings(), seed: 1)
    let drawn = training.shownDigits
    #expect(drawn.shape == [100, 784] && drawn.elements.allSatisfy { (0...1).contains($0) })
  }

  @Test func trainingIsRepeatableAndRecordsEveryEpoch() throws {
    func train(seed: UInt64) throws -> (rows: [LossTable.Row], drawn: [Float]) {
      var training = try DigitTraining(on: digits, settings: settings(), seed: seed)
      for _ in 0..<3 { _ = training.runEpoch() }
      return (training.table.rows, training.shownDigits.elements)
    }
    let (rows, drawn) = try train(seed: 1)
    #expect(rows.map(\.epoch) == [1, 2, 3])
    let again = try train(seed: 1)
    #expect(again.rows == rows && again.drawn == drawn)
    #expect(try train(seed: 2).drawn != drawn)
  }

  @Test func theDiscriminatorLearnsAgainstAnIdleGenerator() throws {
    // The generator's rate is the same, so its minibatches are few: one step for twenty.
    var settings = settings()
    settings.discriminatorSteps = 20
    var pair = try DigitAdversaries(settings: settings, seed: 3)
    let examples = digits.images(at: 0..<8)
    let first = pair.iterate { examples }.discriminator
    for _ in 0..<3 { _ = pair.iterate { examples } }
    let verdicts = pair.verdicts(on: examples)
    #expect(pair.iterate { examples }.discriminator < first)
    #expect(verdicts.count == 8 && verdicts.allSatisfy { $0 > 0.5 })
  }

  @Test func theTableIsReadByPrograms() {
    var table = LossTable()
    #expect(table.csv == "epoch,discriminator_loss,generator_loss,d_on_data,d_on_generated\n" && table.picture == nil)
    for epoch in 1...2 {
      table.add(
        LossTable.Row(
          epoch: epoch, discriminatorLoss: 1.25, generatorLoss: .infinity, verdictOnData: 0.5, verdictOnGenerated: 0))
    }
    #expect(table.csv.split(separator: "\n")[2] == "2,1.25000,inf,0.50000,0.00000")
    #expect(table.picture != nil)
  }

  @Test(arguments: [
    (["--epochs", "0"], "--epochs 0: give 1 to 10000"), (["--rate", "2"], "--rate 2.0: give 1e-06 to 1.0"),
    (["--decay=-1"], "--decay -1.0: give 0.0 to 0.1"), (["--threads", "0"], "--threads 0: give 1 to 256"),
  ])
  func optionsHaveBounds(arguments: [String], message: String) {
    let failure = #expect(throws: (any Error).self) { try DigitsGAN.parse(arguments) }
    #expect(failure.map { DigitsGAN.message(for: $0) } == message)
  }

  @Test func missingDigitsAreNamed() throws {
    let command = try DigitsGAN.parse(["--digits", "/nowhere", "--threads", "1"])
    let failure = #expect(throws: DigitFileError.self) { try command.run() }
    #expect(failure?.description.hasPrefix("/nowhere: holds neither t10k-images-idx3-ubyte nor ") == true)
  }

  @Test func aRunLeavesPicturesAndTable() throws {
    let folder = try DigitFolder(labels: (0..<10).map { UInt8($0 % 10) })
    let out = "\(folder.path)/out"
    try DigitsGAN.parse(
      ["--digits", folder.path, "--epochs", "2", "--batch", "1000", "--threads", "1", "--out", out]
    ).run()
    let names = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
    #expect(names == ["digits.png", "growth.png", "losses.csv", "losses.png"])
  }
}
