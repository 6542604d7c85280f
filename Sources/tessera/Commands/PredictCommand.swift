import ArgumentParser
import Foundation
import TesseraInference
import TesseraLabels

/// Writes the label maps that a model predicts.
struct PredictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Label the pixels of images with a model.",
    discussion: """
      Writes for each image NAME.png, a palette PNG whose indices are classes (16-bit grey beyond 256 classes), of the \
      image's size; with --overlay NAME-overlay.png, the map painted over the image with a legend; with \
      --probabilities NAME-probabilities.npy, float32 [classes, height, width]. An image that cannot be read is named \
      and left out; the others are predicted all the same, and the exit status is 1.

      An image for which the network would take more memory than there is (three quarters of what is free, at most \
      4 GiB) is predicted in tiles that overlap; with --tile HEIGHTxWIDTH, any larger image. A U-Net's labels \
      are then those of the image seen whole; a network that takes means over the image, such as \
      LR-ASPP, may label differently.

      Example:
        tessera predict --model run photos --out maps --overlay
        tessera predict --model run panorama.png --out maps --tile 1024x1024
        tessera predict --model run/best.safetensors 'photos/*-left.png' --out maps
      """)

  @Option(help: ArgumentHelp("Run folder, or weights file.", valueName: "model")) var model: String
  @Argument(help: "PNG images, folders of them (*.png) or globs in quotes.") var input: [String]
  @Option(help: ArgumentHelp("Folder to write to; made where it is missing.", valueName: "dir")) var out: String
  @Flag(help: "Also paint the label maps over the images.") var overlay = false
  @Flag(help: "Also write the probability of each class as .npy.") var probabilities = false
  @Option(help: ArgumentHelp("Cut larger images into tiles of this size.", valueName: "HxW")) var tile: ImageSize?
  @OptionGroup var inference: InferenceOptions

  func validate() throws {
    guard let tile else { return }
    guard (1...8192).contains(tile.height), (1...8192).contains(tile.width) else {
      throw ValidationError("--tile \(tile): give HEIGHTxWIDTH, each from 1 to 8192, such as 1024x1024")
    }
  }

  func run() async throws {
    let jobs = try PredictionJob.plan(
      try InputFiles.expand(input), folder: out, overlay: overlay, probabilities: probabilities)
    let engine = try Engine(
      try StoredModel(path: model), precision: inference.chosen,
      tile: tile.map { PixelSize(width: $0.width, height: $0.height) }, imagesAtOnce: 1,
      threads: inference.threads.count)
    try PredictionJob.makeFolder(out)
    let failures = await PredictionRun(jobs: jobs, folder: out).run(by: engine)
    guard failures == 0 else { throw ExitCode.failure }
  }
}
