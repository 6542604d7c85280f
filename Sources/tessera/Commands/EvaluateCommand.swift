import ArgumentParser
import TesseraData
import TesseraInference
import TesseraLabels
import TesseraWeights

/// Measures a model, or predictions that are there already.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model, or predictions as files, against the ground truth of a data set.",
    discussion: """
      Prints IoU, accuracy (recall), precision, Dice and pixels of each class, then mIoU and other scores of the whole.
      Pixels whose ground truth is void do not count. "–" stands where there is nothing to measure.

      Predictions are PNG label maps of class indices, as tessera predict writes them: one NAME.png for each sample.

      Example:
        tessera evaluate --model run --data scenes
        tessera evaluate --predictions maps --data scenes --split test --json > scores.json
      """)

  @Option(help: ArgumentHelp("Run folder, or weights file, to measure.", valueName: "model")) var model: String?
  @Option(help: ArgumentHelp("Folder of label maps to measure in place of a model.", valueName: "dir"))
  var predictions: String?
  @Option(help: ArgumentHelp("Folder of the data set.", valueName: "dir")) var data: String
  @Option(help: "Split to measure on: train, val or test.") var split = Split.val
  @Flag(help: "Print JSON, with the confusion matrix.") var json = false
  @OptionGroup var inference: InferenceOptions

  func validate() throws {
    guard (model == nil) != (predictions == nil) else {
      throw ValidationError("give either --model or --predictions")
    }
  }

  func run() async throws {
    let dataset = try Dataset(path: data)
    // Each sample is read once, so none is worth keeping.
    let store = SampleStore(try dataset.samples(in: split), labelSet: dataset.labelSet, memoryLimit: 0)
    let evaluation = try await evaluate(store, of: dataset)
    let report = EvaluationReport(
      evaluation, labelSet: dataset.labelSet, split: split, imageCount: store.count)
    if json { try StandardOutput.json(report) } else { try StandardOutput.line("\(report)") }
  }

  private func evaluate(_ store: SampleStore, of dataset: Dataset) async throws -> Evaluation {
    var terminal = Terminal()
    defer { terminal.clear() }
    let count = store.count
    func show(_ done: Int) { terminal.bar(done: done, of: count, "\(done)/\(count) images of \(split)") }
    if let predictions {
      let stored = try StoredPredictions(path: predictions, labelSet: dataset.labelSet)
      return try await store.evaluate(progress: show) { sample, whole in
        try stored.labelMap(of: sample, size: whole.truth.size)
      }
    }
    let path = model ?? ""
    let stored = try StoredModel(path: path)
    try dataset.requireClasses(stored.model.classes, of: path)
    let engine = try Engine(stored, precision: inference.chosen, imagesAtOnce: 1, threads: inference.threads.count)
    return try await store.evaluate(progress: show) { sample, whole in
      try await engine.labelMap(pixels: whole.pixels, size: whole.truth.size, of: sample.imagePath)
    }
  }
}
