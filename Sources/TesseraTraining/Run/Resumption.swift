import TesseraData
import TesseraModels

extension Checkpoint {
  /// Refuses to go on where the numbers would not be those of an unbroken run.
  ///
  /// - Throws: ``CheckpointError`` naming what changed.
  func requireSame(_ configuration: TrainingConfiguration, _ data: DataFingerprint) throws(CheckpointError) {
    if let difference = data.difference(from: header.data) {
      throw CheckpointError(
        file: "the data set", problem: "it changed since the run began: \(difference); restore it or start anew")
    }
    guard header.configuration == configuration else {
      let changed = configuration.options.filter { header.configuration.options[$0.key] != $0.value }
      let list = changed.sorted { $0.key < $1.key }.map { option in
        "--\(option.key) was \(header.configuration.options[option.key] ?? "none"), now \(option.value)"
      }
      throw CheckpointError(
        file: "--resume", problem: "options changed: \(list.joined(separator: ", ")); give the old ones or start anew")
    }
  }
}

extension TrainingConfiguration {
  /// Every option by its name on the command line.
  public var options: [String: String] {
    [
      "arch": architecture.family.rawValue, "width": "\(architecture.width)",
      "discriminator": discriminator?.rawValue ?? "none", "discriminator-scale": "\(discriminatorScale)",
      "encoding": "basic", "lambda": "\(lambda)", "adversarial-term": term.rawValue,
      "warm-start-epochs": "\(warmStartEpochs)", "epochs": "\(epochs)", "batch": "\(batch)",
      "crop": "\(cropHeight.map { "\($0)" } ?? "image")x\(cropWidth.map { "\($0)" } ?? "image")",
      "scale": "\(minimumScale)...\(maximumScale)", "flip": "\(flips)", "class-weighting": classWeighting.rawValue,
      "optimizer": optimizer.rawValue, "learning-rate": "\(learningRate)",
      "discriminator-learning-rate": "\(discriminatorLearningRate)", "weight-decay": "\(weightDecay)",
      "schedule": schedule.rawValue, "warm-up-steps": "\(warmUpSteps)",
      "gradient-norm-limit": gradientNormLimit.map { "\($0)" } ?? "none", "seed": "\(seed)",
    ]
  }

  /// The options as a YAML mapping, in the order of their names.
  var yaml: String { options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined() }
}
