import ArgumentParser
import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraTraining

/// One optimiser step of a segmenter, or an adversarial pair of steps, on random data.
struct Step: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps: images per second, page faults and memory of a step.")

  @Option(help: "Network: unetW with a width W of 1 to 1024, or lraspp.") var net = "unet32"
  @Option(help: "Number format: f32.") var precision = "f32"
  @OptionGroup var workload: WorkloadOptions
  @Flag(help: "Add the LargeFOV discriminator: one step of each network per batch.") var adversary = false
  @Option(help: "Side of the pixel windows that the discriminator sees as one, 1 to 64.") var downsample = 4

  func validate() throws {
    guard let architecture = WorkloadOptions.architecture(named: net) else {
      throw ValidationError("--net \(net): known are unetW with a width of 1 to 1024, such as unet32, and lraspp")
    }
    guard precision == "f32" else { throw ValidationError("--precision \(precision): known is f32") }
    guard (1...64).contains(downsample) else { throw ValidationError("--downsample \(downsample): give 1 to 64") }
    guard let (height, width) = workload.sides else { return }
    // The discriminator halves its maps twice.
    guard !adversary || min(height, width) >= 4 * downsample else {
      throw ValidationError(
        "--size \(workload.size): with --downsample \(downsample) the discriminator takes sides of at least "
          + "\(4 * downsample)")
    }
    // The smallest map of the network must have more than one value per channel, or its variance is 0.
    let least = architecture == .lraspp ? 17 : 16
    guard workload.batch > 1 || max(height, width) >= least else {
      throw ValidationError("--batch 1 --size \(workload.size): give 2 images, or a side of \(least)")
    }
  }

  func run() throws {
    guard let architecture = WorkloadOptions.architecture(named: net), let sides = workload.sides else { return }
    let (batch, repeats) = (workload.batch, workload.repeats)
    ComputeThreads.prepare(count: workload.threads)
    var training = try StepWorkload(
      architecture, batch: batch, height: sides.height, width: sides.width, adversary: adversary,
      downsample: downsample)
    training.step()
    training.step()
    var times: [Double] = []
    let faults = minorFaults()
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      training.step()
      times.append((ContinuousClock.now - start) / .seconds(1))
    }
    let faultsPerStep = Double(minorFaults() - faults) / Double(repeats)
    times.sort()
    let line = """
      {"engine": "tessera", "net": "\(net)", "precision": "\(precision)", "adversary": \(adversary), \
      "batch": \(batch), "size": "\(workload.size)", "images_per_second": \(rounded(Double(batch) / times[0])), \
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

/// The trainer's own step on random data.
private struct StepWorkload {
  private let alternation: Alternation
  private let batch: TrainingBatch
  private var segmenter: Learner
  private var discriminator: Learner?
  private var generator = Generator(seed: 0, stream: "step")

  init(
    _ architecture: Architecture, batch count: Int, height: Int, width: Int, adversary: Bool, downsample: Int
  ) throws {
    let classes = 11
    let (network, values) = try build(from: .random(seed: 0)) { architecture.segmenter($0, classCount: classes) }
    let judge = try adversary ? build(from: .random(seed: 1)) { LargeFOV($0, channels: classes) } : nil
    func learner(_ values: ParameterSet) -> Learner {
      Learner(
        values: values, optimizer: Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values))
    }
    segmenter = learner(values)
    discriminator = judge.map { learner($0.values) }
    alternation = Alternation(
      segmenter: network, discriminator: judge?.network,
      objective: Objective(
        lambda: 0.1, term: .nonsaturating, classWeights: nil, encoding: BasicEncoding(scale: downsample)))
    var random = generator
    batch = TrainingBatch(
      images: Tensor(
        [count, 3, height, width], (0..<count * 3 * height * width).map { _ in Float(random.normal()) }),
      labels: LabelBatch(
        shape: [count, height, width], classCount: classes,
        indices: (0..<count * height * width).map { _ in UInt16(random.next() % UInt64(classes)) }))
  }

  mutating func step() {
    guard discriminator != nil else {
      _ = alternation.advance(&segmenter, with: batch, rate: 1e-3, generator: &generator)
      return
    }
    _ = alternation.advance(
      &segmenter, against: &discriminator!, with: batch,
      rates: Alternation.Rates(segmenter: 1e-3, discriminator: 1e-4), generator: &generator)
  }
}
