import ArgumentParser
import Digits
import SampleKit
import TesseraTensor

/// Two perceptrons that learn to draw digits and to tell drawn from written ones.
@main
struct DigitsGAN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "DigitsGAN",
    abstract: "Let a perceptron of one layer learn to draw digits against one that judges them.",
    discussion: """
      The generator is one affine layer, 100 numbers of noise to 784 pixels (79184 parameters), the discriminator has \
      100 hidden units and dropout (78601 parameters); they learn by Algorithm 1 of Goodfellow et al. 2014 \
      (arXiv:1406.2661). Four fifths of the digits are learned from, the rest judges. Figures go to standard output, \
      progress to standard error. The output folder takes digits.png, growth.png (the same noise, a row for each \
      tenth of the training), losses.png and losses.csv. The score of the digits is by a classifier trained here.

      Example:
        swift run -c release DigitsGAN --epochs 100 --seed 1
      """)

  @OptionGroup var source: DigitOptions
  @Option(help: "Times that each digit is learned from, 1 to 10000.") var epochs = 100
  @Option(help: "Digits in a minibatch, 1 to 1000.") var batch = 100
  @Option(help: "Learning rate of Adam, 0.000001 to 1.") var rate: Float = 0.01
  @Option(help: "Weight decay, 0 to 0.1.") var decay: Float = 1e-4
  @Option(help: "Steps of the discriminator for each of the generator, 1 to 100.") var discriminatorSteps = 1
  @Option(help: "What weights, noise and order follow from.") var seed: UInt64 = 0
  @Option(help: "Threads, 1 to 256; perceptrons this small gain little by a second.") var threads = 1
  @Option(help: "Folder for pictures and table; it is made if it is not there.") var out = "runs/digits-gan"

  func validate() throws {
    try ValidationError.require(epochs, in: 1...10_000, "epochs")
    try ValidationError.require(batch, in: 1...1000, "batch")
    try ValidationError.require(rate, in: 0.000_001...1, "rate")
    try ValidationError.require(decay, in: 0...0.1, "decay")
    try ValidationError.require(discriminatorSteps, in: 1...100, "discriminator-steps")
    try ValidationError.require(threads, in: 1...256, "threads")
  }

  func run() throws {
    ComputeThreads.prepare(count: threads)
    let digits = try DigitSet.read(folder: source.digits)
    let folder = try OutputFolder(path: out)
    let settings = DigitAdversaries.Settings(
      batch: batch, rate: rate, decay: decay, discriminatorSteps: discriminatorSteps)
    var training = try DigitTraining(on: digits, settings: settings, seed: seed)
    var growth: [Tensor] = [training.shownDigits]
    for epoch in 1...epochs {
      let row = training.runEpoch()
      guard epoch % max(1, epochs / 10) == 0 || epoch == epochs else { continue }
      growth.append(training.shownDigits)
      ProgressLine.write(
        "epoch \(epoch) of \(epochs): loss of D \(row.discriminatorLoss.decimal(3)), of G "
          + "\(row.generatorLoss.decimal(3)); mean of D \(row.verdictOnData.decimal(3)) on held-out digits, "
          + "\(row.verdictOnGenerated.decimal(3)) on generated ones")
    }
    try report(training, growth, in: folder)
  }
}
