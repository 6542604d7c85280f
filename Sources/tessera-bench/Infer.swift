import ArgumentParser
import TesseraLabels
import TesseraNN
import TesseraTensor
import TesseraWeights

/// One image through a trained network, from its normalised numbers to logits.
struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time one image through a network: milliseconds from its numbers to logits.")

  @OptionGroup var network: NetworkOptions
  @OptionGroup var image: ImageOptions
  @OptionGroup var compute: ComputeOptions
  @Option(help: "Timed repetitions, 1 to 100000; the median counts.") var repeats = 15

  func validate() throws {
    try image.requireBatch(1)
    try ValidationError.require(repeats, in: Timing.repeats, "repeats")
  }

  func run() throws {
    guard let architecture = network.architecture, let (height, width) = image.sides else { return }
    compute.prepare()
    let model = try Model(
      architecture, classes: LabelSet.camVid.classes, normalization: .imageNet, source: .random(seed: 0))
    guard let precision = Precision(rawValue: network.precision) else { return }
    let predictor = Predictor(model, precision: precision)
    var generator = Generator(seed: 0, stream: "infer")
    let numbers = Tensor.normal([1, 3, height, width], &generator)
    // Peers answer in rows, too.
    let timing = Timing(repeats: repeats, warmUps: 2) { _ = predictor.logits(numbers).converted(to: .rows) }
    var line = JSONLine()
    line.add("net", network.net)
    line.add("precision", network.precision)
    line.add("size", image.size)
    line.add("best_ms", 1000 * timing.best)
    line.add("median_ms", 1000 * timing.median)
    print(line)
  }
}
