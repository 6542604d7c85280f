import ArgumentParser
import Digits
import SampleKit
import TesseraImaging
import TesseraTensor

/// A classifier that needs few labels, since it also tells generated digits from others.
@main
struct SemiSupervisedDigits: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "SemiSupervisedDigits",
    abstract: "Learn to name digits from a few labels, with and without the help of a generator.",
    discussion: """
      Salimans et al. 2016 (arXiv:1606.03498), section 5: the classifier has one more class for generated digits, and \
      the generator learns by feature matching. Beside it the same classifier learns from the labelled digits alone, \
      for as many steps. Four fifths of the digits are learned from, nearly all without labels; errors are those of \
      the rest, which is smaller and harder than the test set of the paper. Figures go to standard output, progress to \
      standard error; the output folder takes errors.png, errors.csv and drawn-N.png for each number of labels N.

      Example:
        swift run -c release SemiSupervisedDigits --labels 20 50 100 200 --seed 1
      """)

  @OptionGroup var source: DigitOptions
  @Option(parsing: .upToNextOption, help: "Numbers of labels, each a multiple of 10 from 10 to 5000.")
  var labels = [20, 50, 100, 200]
  @Option(help: "Times that each unlabelled digit is learned from, 1 to 10000.") var epochs = 30
  @Option(help: "Units of the classifier's first layer, a multiple of 4 from 8 to 4000; the paper's has 1000.")
  var width = 500
  @Option(help: "Learning rate of Adam at the start, 0.000001 to 1; it falls to 0 along half a cosine.")
  var rate: Float = 0.003
  @Option(help: "What labels, weights, noise and order follow from.") var seed: UInt64 = 0
  @Option(help: "Threads, 1 to 256.") var threads = 1
  @Option(help: "Folder for pictures and table; it is made if it is not there.") var out = "runs/semi-supervised"

  func validate() throws {
    guard !labels.isEmpty, labels.allSatisfy({ (10...5000).contains($0) && $0.isMultiple(of: 10) }) else {
      throw ValidationError("--labels: give multiples of 10 from 10 to 5000")
    }
    guard (8...4000).contains(width), width.isMultiple(of: 4) else {
      throw ValidationError("--width \(width): give a multiple of 4 from 8 to 4000")
    }
    try ValidationError.require(epochs, in: 1...10_000, "epochs")
    try ValidationError.require(rate, in: 0.000_001...1, "rate")
    try ValidationError.require(threads, in: 1...256, "threads")
  }

  func run() throws {
    ComputeThreads.prepare(count: threads)
    let digits = try DigitSet.read(folder: source.digits)
    let split = DigitSplit(count: digits.count)
    for count in labels { try split.requireLabels(count, of: digits) }
    let folder = try OutputFolder(path: out)
    var curves: [ErrorCurves] = []
    print("labels  wrong alone  wrong with generated digits")
    for count in labels {
      let (alone, _) = try train(on: digits, labels: count, usesGenerator: false)
      let (withFakes, drawn) = try train(on: digits, labels: count, usesGenerator: true)
      curves.append(ErrorCurves(labels: count, alone: alone, withFakes: withFakes))
      _ = try folder.write(DigitGrid.draw(drawn, columns: 10), as: "drawn-\(count).png")
      print("\(count)  \(percentage(alone))  \(percentage(withFakes))")
    }
    let table = try folder.write(ErrorCurves.csv(curves), as: "errors.csv")
    let picture = try folder.write(ErrorCurves.draw(curves), as: "errors.png")
    print("files: \(picture), \(table)")
  }

  private func percentage(_ errors: [Double]) -> String { "\((100 * (errors.last ?? 1)).decimal(2)) %" }

  /// The error after each epoch, and what the generator draws in the end.
  private func train(
    on digits: DigitSet, labels: Int, usesGenerator: Bool
  ) throws -> (errors: [Double], drawn: Tensor) {
    let settings = SemiSupervisedTraining.Settings(
      labels: labels, width: width, epochs: epochs, rate: rate, usesGenerator: usesGenerator)
    var training = try SemiSupervisedTraining(on: digits, settings: settings, seed: seed)
    var errors: [Double] = []
    for epoch in 1...epochs {
      training.runEpoch()
      errors.append(training.error)
      guard epoch % max(1, epochs / 10) == 0 || epoch == epochs else { continue }
      ProgressLine.write(
        "\(labels) labels, \(usesGenerator ? "with generated digits" : "alone"), epoch \(epoch) of \(epochs): "
          + "\(percentage(errors)) wrong")
    }
    return (errors, training.drawn(100))
  }
}
