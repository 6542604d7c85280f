/// A loss, gradient or weight that is no finite number.
public struct TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Counted from 1.
  public let epoch: Int
  /// Counted from 1.
  public let step: Int
  /// What is no finite number, with its value where it is one number.
  public let found: [String]

  init(epoch: Int, step: Int, found: [String]) {
    self.epoch = epoch
    self.step = step
    self.found = found
  }

  /// Tells what of a step is no finite number.
  init(epoch: Int, step: Int, summary: StepSummary) {
    let found = StepMeasure.allCases.compactMap { measure in
      summary[measure].flatMap { $0.isFinite ? nil : "\(measure.column) \($0)" }
    }
    self.init(epoch: epoch, step: step, found: found)
  }

  /// One line: place, cause and remedy.
  public var description: String {
    "epoch \(epoch), step \(step): a loss, gradient or weight is not a finite number "
      + "(\(found.joined(separator: ", "))); the stored weights are those of the last epoch; lower --learning-rate, "
      + "--discriminator-learning-rate or --lambda"
  }
}
