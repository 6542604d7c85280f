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
