import ArgumentParser
import TesseraModels
import TesseraNN
import TesseraTensor

/// Each convolution of a network: its plan and the time of its three passes.
struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time each convolution of a network: plan, forward pass, input and weight gradients.",
    discussion: """
      Convolutions of one shape are one line, with their count. A share is that of the processor's multiply-add limit; \
      Winograd's may exceed 1, for it needs fewer multiplications than are counted. The last line adds up, counts \
      included, what a step computes: without gradients of images.
      """)

  @Option(help: "Network: unetW with a width W of 1 to 1024, lraspp or a discriminator such as largefov.")
  var net = "unet32"
  @OptionGroup var image: ImageOptions
  @Option(help: "Images in a batch, 1 to 4096.") var batch = 4
  @OptionGroup var format: PrecisionOptions
  @Flag(help: "Compute product by product, without Winograd.") var direct = false
  @OptionGroup var compute: ComputeOptions
  @Option(help: "Timed repetitions, 1 to 100000; the median counts.") var repeats = 5

  func validate() throws {
    try image.requireBatch(batch)
    try ValidationError.require(repeats, in: Timing.repeats, "repeats")
    guard discriminator == nil else { return }
    guard let architecture = NetworkOptions.architecture(named: net) else {
      throw ValidationError(
        "--net \(net): known are unetW with a width of 1 to 1024, such as unet32, lraspp, and "
          + DiscriminatorArchitecture.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try StepOptions.requireVariance(of: architecture, batch: batch, image: image)
  }

  private var discriminator: DiscriminatorArchitecture? { DiscriminatorArchitecture(rawValue: net) }

  func run() throws {
    guard let (height, width) = image.sides else { return }
    compute.prepare()
    let limit = ComputeThreads.multiplyAddLimit()
    let records = try records(height: height, width: width)
    let counts = records.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    var totals = LayerTiming.Totals()
    var printed: Set<ConvolutionRecord> = []
    for record in records where printed.insert(record).inserted {
      let variant = direct ? TrainingVariant.direct : .planned
      let timing = variant.compute { LayerTiming(record, count: counts[record] ?? 1, repeats: repeats) }
      totals.add(timing)
      print(timing.line(limit: limit))
    }
    print(totals.line(net: net, precision: format.precision, limit: limit))
  }

  /// The convolutions of one forward pass.
  private func records(height: Int, width: Int) throws -> [ConvolutionRecord] {
    let classes = 11
    let mode = Mode.training(recordsStatistics: false)
    if let discriminator {
      let (network, values) = try build(from: .random(seed: 0)) { discriminator.discriminator($0, channels: classes) }
      guard min(height, width) >= network.minimumSide else {
        throw ValidationError("--size \(image.size): \(net) needs sides of at least \(network.minimumSide)")
      }
      let maps = Tensor.filled([batch, classes, height, width], with: 1 / Float(classes))
      // What it sees is the segmenter's, whose step needs the gradient.
      return recordedConvolutions(of: values, mode: mode, precision: format.precision) { pass in
        let images = pass.constant(.zeros([batch, 3, height, width]))
        _ = network(EncodedLabelMaps(pass.constant(maps), images: images, coverage: nil), in: pass)
      }.map(\.passingGradient)
    }
    guard let architecture = NetworkOptions.architecture(named: net) else { return [] }
    let (network, values) = try build(from: .random(seed: 0)) { architecture.segmenter($0, classCount: classes) }
    let images = Tensor.filled([batch, 3, height, width], with: 0.5)
    return recordedConvolutions(of: values, mode: mode, precision: format.precision) { pass in
      _ = network(pass.constant(images), in: pass)
    }
  }
}
