import ArgumentParser
import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor

/// One optimiser step of a segmenter, or an adversarial pair of steps, on random data.
struct Step: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps: images per second, page faults and memory of a step.")

  @Option(help: "Network: unetW, W being its width.") var net = "unet32"
  @Option(help: "Number format: f32.") var precision = "f32"
  @Option(help: "Images in a batch.") var batch = 4
  @Option(help: "Height x width of an image.") var size = "360x480"
  @Flag(help: "Add the LargeFOV discriminator: one step of each network per batch.") var adversary = false
  @Option(help: "Side of the pixel windows that the discriminator sees as one.") var downsample = 4
  @Option(help: "Timed steps, after two that are not.") var repeats = 5
  @Option(help: "Threads.") var threads = 2

  func run() throws {
    guard net.hasPrefix("unet"), let width = Int(net.dropFirst(4)), width > 0 else {
      throw ValidationError("--net \(net): known are unetW with a width, such as unet32")
    }
    guard precision == "f32" else { throw ValidationError("--precision \(precision): known is f32") }
    let sides = size.split(separator: "x").compactMap { Int($0) }
    guard sides.count == 2, sides.allSatisfy({ $0 >= 8 }), batch >= 1, repeats >= 1, threads >= 1 else {
      throw ValidationError("--size takes HEIGHTxWIDTH of at least 8, --batch, --repeats and --threads at least 1")
    }
    ComputeThreads.prepare(count: threads)
    var workload = try StepWorkload(
      width: width, batch: batch, height: sides[0], imageWidth: sides[1], adversary: adversary, downsample: downsample)
    workload.step()
    workload.step()
    var times: [Double] = []
    let faults = minorFaults()
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      workload.step()
      times.append((ContinuousClock.now - start) / .seconds(1))
    }
    let faultsPerStep = Double(minorFaults() - faults) / Double(repeats)
    times.sort()
    let line = """
      {"engine": "tessera", "net": "\(net)", "precision": "\(precision)", "adversary": \(adversary), \
      "batch": \(batch), "size": "\(size)", "images_per_second": \(rounded(Double(batch) / times[0])), \
      "median_images_per_second": \(rounded(Double(batch) / times[times.count / 2])), \
      "page_faults_per_step": \(rounded(faultsPerStep)), \
      "peak_tensor_mb": \(StorageStatistics.current.peakUsedBytes >> 20), \
      "peak_resident_mb": \(peakResidentBytes() >> 20)}
      """
    print(line)
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  private func usage() -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }

  private func minorFaults() -> Int { usage().ru_minflt }
  private func peakResidentBytes() -> Int { usage().ru_maxrss * 1024 }
}

/// Networks, optimisers and data of a step.
private struct StepWorkload {
  private let segmenter: UNet
  private let discriminator: LargeFOV
  private var segmenterValues: ParameterSet
  private var discriminatorValues: ParameterSet
  private var segmenterOptimizer: Optimizer
  private var discriminatorOptimizer: Optimizer
  private let images: Tensor
  private let labels: LabelBatch
  private let encoding: BasicEncoding
  private let adversary: Bool
  private var generator = Generator(seed: 0, stream: "step")

  init(width: Int, batch: Int, height: Int, imageWidth: Int, adversary: Bool, downsample: Int) throws {
    let classes = 11
    (segmenter, segmenterValues) = try build(from: .random(seed: 0)) {
      UNet($0, classCount: classes, width: width)
    }
    (discriminator, discriminatorValues) = try build(from: .random(seed: 1)) { LargeFOV($0, channels: classes) }
    segmenterOptimizer = Optimizer(
      .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: segmenterValues)
    discriminatorOptimizer = Optimizer(
      .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: discriminatorValues)
    var random = generator
    images = Tensor(
      [batch, 3, height, imageWidth], (0..<batch * 3 * height * imageWidth).map { _ in Float(random.normal()) })
    labels = LabelBatch(
      shape: [batch, height, imageWidth], classCount: classes,
      indices: (0..<batch * height * imageWidth).map { _ in UInt16(random.next() % UInt64(classes)) })
    encoding = BasicEncoding(scale: downsample)
    self.adversary = adversary
  }

  mutating func step() {
    let mode = Mode.training(recordsStatistics: true)
    let result = valueAndGradients(of: segmenterValues, mode: mode, generator: generator) { pass in
      let logits = segmenter(pass.constant(images), in: pass)
      var loss = crossEntropy(logits.variable, labels)
      if adversary {
        let probabilities = logits.probabilities
        stepDiscriminator(on: probabilities.variable.value)
        let judge = pass.constants(discriminatorValues, mode: .training(recordsStatistics: false))
        loss = loss + 0.1 * discriminator(encoding(probabilities, labels: labels), in: judge).loss(target: 1)
      }
      return (loss, ())
    }
    segmenterOptimizer.update(&segmenterValues, along: result.gradients, rate: 1e-3)
    segmenterValues.buffers = result.buffers
  }

  private mutating func stepDiscriminator(on prediction: Tensor) {
    let result = valueAndGradients(
      of: discriminatorValues, mode: .training(recordsStatistics: true), generator: generator
    ) { pass in
      let predicted = ClassProbabilities(pass.constant(prediction))
      let loss =
        discriminator(encoding(truth: labels, in: pass), in: pass).loss(target: 1)
        + discriminator(encoding(predicted, labels: labels), in: pass).loss(target: 0)
      return (loss, ())
    }
    discriminatorOptimizer.update(&discriminatorValues, along: result.gradients, rate: 1e-4)
  }
}
