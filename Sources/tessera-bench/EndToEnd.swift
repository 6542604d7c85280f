import ArgumentParser
import Foundation
import TesseraData
import TesseraLabels
import TesseraModels
import TesseraTensor
import TesseraTraining

/// A training as `tessera train` does it, beside the bare step of the same configuration.
struct EndToEnd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end-to-end",
    abstract: "Time a training with loading, decoding and augmentation, and its bare step.",
    discussion: """
      The steps that count are those of the steady state: not the first of an epoch, for which batches were loaded \
      ahead, and without evaluation. The ratio is the training's mean of images per second over the bare step's median.
      """)

  @Option(help: "Folder of a data set; without one a procedural set of images of --size is made and removed.")
  var data: String?
  @Option(help: "Steps that count, 1 to 1000.") var steps = 12
  @OptionGroup var options: StepOptions
  @OptionGroup var compute: ComputeOptions

  /// Most images that are made to be learned from.
  private static let mostImages = 10_000

  private var images: Int { options.batch * (steps + Trainer.batchesAhead) }

  func validate() throws {
    try ValidationError.require(steps, in: 1...1000, "steps")
    guard data == nil else { return }
    guard images <= Self.mostImages else {
      throw ValidationError(
        "--steps \(steps) --batch \(options.batch): name a data set by --data, or give less; at most \(Self.mostImages)"
          + " images are made")
    }
    guard let (height, width) = options.image.sides else { return }
    guard [height, width].allSatisfy(SceneGenerator.sides.contains) else {
      throw ValidationError(
        "--size \(options.image.size): name a data set by --data, or give sides of \(SceneGenerator.sides.lowerBound) "
          + "to \(SceneGenerator.sides.upperBound)")
    }
  }

  func run() throws {
    guard let architecture = options.network.architecture, let (height, width) = options.image.sides else { return }
    compute.prepare()
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let dataset = try Dataset(path: data ?? scenes(in: folder, height: height, width: width))
    var workload = try StepWorkload(
      options, architecture, height: height, width: width, classCount: dataset.labelSet.count)
    // Half before and half after, so that a machine that slows down meanwhile slows both.
    var bare = Timing(repeats: (steps + 1) / 2, warmUps: 2) { workload.step() }
    var configuration = TrainingConfiguration()
    configuration.architecture = architecture
    // At least one step of each epoch counts.
    configuration.epochs = steps
    configuration.precision = options.network.format.precision
    configuration.batch = options.batch
    (configuration.cropHeight, configuration.cropWidth) = (height, width)
    configuration.adversary = options.adversary ? .discriminator(.largefov) : .none
    configuration.discriminatorScale = options.downsample
    configuration.warmStartEpochs = 0
    let training = try measure(
      Trainer(configuration, data: dataset, run: RunDirectory(path: "\(folder)/run"), resuming: false))
    bare.measure(repeats: max(steps / 2, 1)) { workload.step() }
    print(line(training: training, bare: bare))
  }

  /// Makes a data set that has all steps in one epoch, and four fifths of its images to learn from.
  private func scenes(in folder: String, height: Int, width: Int) throws -> String {
    let path = "\(folder)/scenes"
    try Dataset.synthesize(to: path, images: images * 5 / 4 + 2, width: width, height: height, seed: 0)
    return path
  }

  /// Times steps as they come.
  private func measure(_ trainer: consuming Trainer) throws -> Timing {
    guard trainer.stepsPerEpoch > Trainer.batchesAhead else {
      throw ValidationError(
        "--data \(data ?? ""): an epoch has \(trainer.stepsPerEpoch) steps, of which the first "
          + "\(Trainer.batchesAhead) do not count; give more images, or a smaller --batch than \(options.batch)")
    }
    var timing = Timing()
    while timing.seconds.count < steps {
      let start = ContinuousClock.now
      guard let event = try trainer.next() else { break }
      if case .step(_, let step, _, _) = event, step > Trainer.batchesAhead { timing.add(since: start) }
    }
    return timing
  }

  private func line(training: Timing, bare: Timing) -> JSONLine {
    let batch = Double(options.batch)
    var line = JSONLine()
    line.add(options)
    line.add("steps", training.seconds.count)
    line.add("images_per_second", batch / training.mean)
    line.add("median_images_per_second", batch / training.median)
    line.add("median_step_images_per_second", batch / bare.median)
    // Mean over median: a batch that had to be waited for counts, a disturbance of the bare step flatters nobody.
    line.add("ratio", bare.median / training.mean)
    return line
  }
}
