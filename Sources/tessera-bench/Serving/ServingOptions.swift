import ArgumentParser
import Foundation
import TesseraData
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights

/// What is served, to whom, and for how long.
struct ServingOptions: ParsableArguments {
  @Option(help: "Run folder or weights file; without one LR-ASPP of random weights is made and removed.")
  var model: String?
  @Option(help: "A PNG file to send, repeatable, taken in turn; without any, eight procedural scenes of --size.")
  var image: [String] = []
  @OptionGroup var sides: ImageOptions
  @Option(help: "The command whose `serve` is measured. (default: the tessera beside this program)")
  var tessera: String?
  @Option(help: "Threads for numeric work, 1 to 256.") var threads = 2
  @OptionGroup var format: PrecisionOptions
  @Option(help: "Most images that the model gets in one call, 1 to 64.") var maxBatch = 1
  @Option(help: "Seconds that count, 1 to 600.") var seconds = 8
  @Option(help: "Seconds before them that do not count, 0 to 600.") var warmUp = 2
  @Option(help: "Seed of images and arrivals.") var seed: UInt64 = 0

  private static let sceneCount = 8

  func validate() throws {
    try ValidationError.require(threads, in: 1...256, "threads")
    try ValidationError.require(maxBatch, in: 1...64, "max-batch")
    try ValidationError.require(seconds, in: 1...600, "seconds")
    try ValidationError.require(warmUp, in: 0...600, "warm-up")
    guard image.isEmpty, let (height, width) = sides.sides else { return }
    guard [height, width].allSatisfy(SceneGenerator.sides.contains) else {
      throw ValidationError(
        "--size \(sides.size): name files by --image, or give sides of \(SceneGenerator.sides.lowerBound) to "
          + "\(SceneGenerator.sides.upperBound)")
    }
  }

  /// The images to send.
  func images() throws -> [LoadImage] {
    guard image.isEmpty, let (height, width) = sides.sides else { return try image.map { try LoadImage(path: $0) } }
    return try LoadImage.scenes(Self.sceneCount, width: width, height: height, seed: seed)
  }

  /// The model's file, made in a folder where none was given.
  func modelPath(in folder: String) throws -> String {
    if let model { return model }
    let path = "\(folder)/random.safetensors"
    try Model(.lraspp, classes: LabelSet.camVid.classes, normalization: .imageNet, source: .random(seed: seed))
      .write(durablyTo: path)
    return path
  }

  /// The command to start.
  var command: String {
    tessera
      ?? (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
      .appending(path: "tessera").path
  }

  /// What `serve` is given.
  func serveArguments(model: String) -> [String] {
    [
      "--model", model, "--threads", "\(threads)", "--precision", format.precision.rawValue,
      "--max-batch", "\(maxBatch)", "--log-level", "warning",
    ]
  }

  /// A load of these images and times.
  func load(_ arrivals: Load.Arrivals, of images: [LoadImage]) -> Load {
    Load(arrivals: arrivals, images: images, warmUp: .seconds(warmUp), length: .seconds(seconds))
  }

  /// Lends a folder for models and logs, and removes it.
  static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }
}

extension JSONLine {
  /// Says what is served.
  mutating func add(_ options: ServingOptions, _ images: [LoadImage]) {
    add("model", options.model ?? "random lraspp")
    add("images", images.count)
    add("sizes", Set(images.map { "\($0.width)x\($0.height)" }).sorted().joined(separator: " "))
    add("mean_image_bytes", images.map(\.png.count).reduce(0, +) / max(images.count, 1))
    add("threads", options.threads)
    add("precision", options.format.precision.rawValue)
    add("max_batch", options.maxBatch)
    add("warm_up", options.warmUp)
    add("seconds", options.seconds)
    add("seed", Int(clamping: options.seed))
  }
}
