import ArgumentParser
import Foundation
import TesseraData
import TesseraModels
import TesseraTensor
import TesseraTraining

/// The same short training computed in several ways.
struct Accuracy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train to a score product by product, as planned, and in bf16: does the score depend on it?",
    discussion: """
      One line for each training and, at the end, one for each variant over all seeds. Variants are the same to a \
      training where their spreads overlap. bf16 is left out where the processor has none.
      """)

  @Option(help: "Folder of a data set; without one a procedural set is made and removed.") var data: String?
  @Option(help: "Images of a procedural set, 10 to 10000; their size is that of two crops.") var images = 120
  @Option(help: "Network: unetW with a width W of 1 to 1024, lraspp, farabet or dilated8.") var net = "unet16"
  @Option(help: "Height x width of a crop, sides of 16 to 2048.") var crop = "96x128"
  @Option(help: "Images in a batch, 2 to 4096.") var batch = 8
  @Option(help: "Epochs of each training, 1 to 1000.") var epochs = 20
  @Option(help: "Seeds 1 to this, at most 100.") var seeds = 3
  @Flag(help: "Train against the LargeFOV discriminator in the last third of the epochs.") var adversary = false
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    try NetworkOptions.requireArchitecture(named: net)
    guard let sides = ImageOptions.sides(crop), [sides.height, sides.width].allSatisfy((16...2048).contains) else {
      throw ValidationError("--crop \(crop): give HEIGHTxWIDTH, each 16 to 2048")
    }
    try ValidationError.require(images, in: 10...10_000, "images")
    try ValidationError.require(batch, in: 2...4096, "batch")
    try ValidationError.require(epochs, in: 1...1000, "epochs")
    try ValidationError.require(seeds, in: 1...100, "seeds")
  }

  func run() throws {
    compute.prepare()
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let dataset = try Dataset(path: data ?? scenes(in: folder))
    let variants = TrainingVariant.allCases.filter { ComputeThreads.computes($0.precision) }
    var spreads: [TrainingVariant: (best: ScoreSpread, last: ScoreSpread)] = [:]
    for seed in 1...seeds {
      for variant in variants {
        let start = ContinuousClock.now
        let scores = try variant.compute {
          try train(variant, seed: seed, on: dataset, in: RunDirectory(path: "\(folder)/\(variant)-\(seed)"))
        }
        spreads[variant, default: (ScoreSpread(), ScoreSpread())].best.add(scores.best)
        spreads[variant, default: (ScoreSpread(), ScoreSpread())].last.add(scores.last)
        var line = line(variant)
        line.add("seed", seed)
        line.add("best_miou", scores.best)
        line.add("last_miou", scores.last)
        line.add("seconds", (ContinuousClock.now - start) / .seconds(1))
        print(line)
      }
    }
    for variant in variants {
      guard let spread = spreads[variant] else { continue }
      var line = line(variant)
      line.add("seeds", seeds)
      line.add("best_miou", spread.best)
      line.add("last_miou", spread.last)
      print(line)
    }
  }

  /// Trains to the end and returns the best and the last validation mIoU.
  private func train(
    _ variant: TrainingVariant, seed: Int, on dataset: Dataset, in run: RunDirectory
  ) throws -> (best: Double, last: Double) {
    var configuration = TrainingConfiguration()
    configuration.architecture = NetworkOptions.architecture(named: net) ?? configuration.architecture
    configuration.precision = variant.precision
    configuration.adversary = adversary ? .discriminator(.largefov) : .none
    configuration.epochs = epochs
    configuration.batch = batch
    configuration.seed = UInt64(seed)
    if let sides = ImageOptions.sides(crop) {
      (configuration.cropHeight, configuration.cropWidth) = (sides.height, sides.width)
    }
    var trainer = try Trainer(configuration, data: dataset, run: run, resuming: false)
    var last = 0.0
    while let event = try trainer.next() {
      guard case .epoch(let summary, _) = event else { continue }
      last = summary.meanIoU
      let score = (last * 1000).rounded() / 1000
      FileHandle.standardError.write(
        Data("\(variant.rawValue), seed \(seed): epoch \(summary.epoch) of \(epochs), mIoU \(score)\n".utf8))
    }
    return (trainer.state.best?.meanIoU ?? last, last)
  }

  /// Makes a data set whose images hold two crops side by side.
  private func scenes(in folder: String) throws -> String {
    guard let sides = ImageOptions.sides(crop) else { return folder }
    let path = "\(folder)/scenes"
    try Dataset.synthesize(to: path, images: images, width: 2 * sides.width, height: sides.height, seed: 0)
    return path
  }

  private func line(_ variant: TrainingVariant) -> JSONLine {
    var line = JSONLine()
    line.add("variant", variant.rawValue)
    line.add("net", net)
    line.add("adversary", adversary)
    line.add("epochs", epochs)
    line.add("crop", crop)
    return line
  }
}
