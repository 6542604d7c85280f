import ArgumentParser
import Digits
import SampleKit
import TesseraTensor

/// Generated digits as more to learn from, though nobody knows which digits they are.
@main
struct PseudoLabels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "PseudoLabels",
    abstract: "Add generated digits to the training of a classifier, under three kinds of made-up labels.",
    discussion: """
      Zheng et al. 2017 (arXiv:1701.07717): a generator learns from the labelled digits, without their labels; what \
      it draws then joins them in the training of a classifier, as one more class (all-in-one), as what the \
      classifier takes it for (one-hot), or as all classes alike (uniform, the paper's LSRO). Errors are those of the \
      fifth of the digits that nothing is learned from. Figures go to standard output, progress to standard error; \
      the output folder takes drawn.png.

      Example:
        swift run -c release PseudoLabels --labels 1000 --seed 1
      """)

  @OptionGroup var source: DigitOptions
  @Option(help: "Labelled digits, a multiple of 10 from 10 to 5000.") var labels = 1000
  @Option(help: "Generated digits, 1 to 100000.") var generated = 1000
  @Option(help: "Steps of each classifier, 1 to 1000000.") var steps = 3000
  @Option(help: "Steps of the generator and its discriminator, 1 to 1000000.") var generatorSteps = 8000
  @Option(help: "What labels, weights, noise and order follow from.") var seed: UInt64 = 0
  @Option(help: "Threads, 1 to 256.") var threads = 1
  @Option(help: "Folder for the picture; it is made if it is not there.") var out = "runs/pseudo-labels"

  func validate() throws {
    guard (10...5000).contains(labels), labels.isMultiple(of: 10) else {
      throw ValidationError("--labels \(labels): give a multiple of 10 from 10 to 5000")
    }
    try ValidationError.require(generated, in: 1...100_000, "generated")
    try ValidationError.require(steps, in: 1...1_000_000, "steps")
    try ValidationError.require(generatorSteps, in: 1...1_000_000, "generator-steps")
    try ValidationError.require(threads, in: 1...256, "threads")
  }

  func run() throws {
    ComputeThreads.prepare(count: threads)
    let digits = try DigitSet.read(folder: source.digits)
    try DigitSplit(count: digits.count).requireLabels(labels, of: digits)
    let folder = try OutputFolder(path: out)
    let settings = SchemeComparison.Settings(
      labels: labels, generated: generated, steps: steps, generatorSteps: generatorSteps)
    let comparison = SchemeComparison(on: digits, settings: settings, seed: seed)
    let drawn = try comparison.generated { step, losses in
      guard step % max(1, generatorSteps / 10) == 0 else { return }
      ProgressLine.write(
        "generator, step \(step) of \(generatorSteps): loss of D \(losses.discriminator.decimal(3)), of G "
          + losses.generator.decimal(3))
    }
    let shown = drawn.images(at: 0..<min(100, drawn.count))
    let picture = try folder.write(DigitGrid.draw(shown, columns: 10), as: "drawn.png")
    print("labels for generated digits: held-out digits wrong")
    for scheme in PseudoLabelScheme.allCases {
      let error = try comparison.error(scheme, with: drawn)
      print("\(scheme.rawValue): \((100 * error).decimal(2)) %")
    }
    print("picture: \(picture)")
  }
}
