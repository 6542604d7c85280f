import ArgumentParser
import Foundation
import TesseraInference

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

      Example:
        tessera predict --model run photos --out maps --overlay
        tessera predict --model run/best.safetensors 'photos/*-left.png' --out maps
      """)

  @Option(help: ArgumentHelp("Run folder, or weights file.", valueName: "model")) var model: String
  @Argument(help: "PNG images, folders of them (*.png) or globs in quotes.") var input: [String]
  @Option(help: ArgumentHelp("Folder to write to; made where it is missing.", valueName: "dir")) var out: String
  @Flag(help: "Also paint the label maps over the images.") var overlay = false
  @Flag(help: "Also write the probability of each class as .npy.") var probabilities = false
  @OptionGroup var inference: InferenceOptions

  func run() async throws {
    let jobs = try PredictionJob.plan(
      try InputFiles.expand(input), folder: out, overlay: overlay, probabilities: probabilities)
    let engine = try Engine(
      try StoredModel(path: model), precision: inference.chosen, threads: inference.threads.count)
    try PredictionJob.makeFolder(out)
    let failures = await PredictionRun(jobs: jobs, folder: out).run(by: engine)
    guard failures == 0 else { throw ExitCode.failure }
  }
}
