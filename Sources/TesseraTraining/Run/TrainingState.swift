public import TesseraData
public import TesseraNN
public import TesseraTensor

/// Everything that a run needs to go on from where it stands, and nothing else.
public struct TrainingState: Sendable {
  /// The networks.
  public var learners: Learners
  /// The segmenter's averaged weights: those that are evaluated and kept.
  public var average: WeightAverage
  /// The next batch; a step at the end of an epoch means that its evaluation comes next.
  public var position = BatchPosition(epoch: 0, step: 0)
  /// Where dropout takes its masks from.
  public var generator: Generator
  /// Sums over the steps of this epoch.
  var totals = EpochTotals()
  /// The epochs that are done.
  public internal(set) var history: [EpochSummary] = []

  init(learners: Learners, averageDecay: Float, generator: Generator) {
    self.learners = learners
    average = WeightAverage(of: learners.segmenter.values, decay: averageDecay)
    self.generator = generator
  }

  /// The epoch with the best validation mIoU, the earliest of equals.
  public var best: EpochSummary? { history.reduce(nil) { $1.meanIoU > ($0?.meanIoU ?? -1) ? $1 : $0 } }
}
