import TesseraLabels

/// What one epoch found: means over its steps and scores on the validation split.
public struct EpochSummary: Hashable, Sendable, Codable {
  /// Counted from 1.
  public let epoch: Int
  /// Steps so far, of whichever network.
  public let steps: Int
  /// The segmenter's learning rate at the last step.
  public let learningRate: Double
  /// Mean of each number over the steps that found it; what took no part has none.
  public let means: [StepMeasure: Double]
  /// What they say about the adversary; nil where it took no part.
  public let diagnosis: Diagnosis?
  /// Mean IoU on the validation split.
  public let meanIoU: Double
  /// Share of labelled pixels predicted right.
  public let pixelAccuracy: Double
  /// Mean share of a class's pixels predicted right.
  public let meanClassAccuracy: Double
  /// Boundary F1.
  public let boundaryF1: Double
  /// IoU per class in index order; nil for a class in neither ground truth nor prediction.
  public let iou: [Double?]

  init(
    epoch: Int, steps: Int, learningRate: Double, totals: EpochTotals, evaluation: Evaluation,
    after history: [EpochSummary], configuration: TrainingConfiguration
  ) {
    self.epoch = epoch
    self.steps = steps
    self.learningRate = learningRate
    means = totals.means
    meanIoU = evaluation.meanIoU
    pixelAccuracy = evaluation.confusion.pixelAccuracy ?? 0
    meanClassAccuracy = evaluation.confusion.meanClassAccuracy ?? 0
    boundaryF1 = evaluation.boundary.score ?? 0
    iou = evaluation.confusion.classScores.map(\.iou)
    // Without an epoch of the segmenter alone the first ones stand for it: it began from weights of use.
    let alone = history.prefix { $0.epoch <= max(1, configuration.adversarialStart) }
    let before = alone.map(\.meanIoU).max()
    diagnosis = Diagnosis(means, meanIoU: meanIoU, before: before, configuration: configuration)
  }

  /// The mean of one number over the epoch's steps.
  public subscript(_ measure: StepMeasure) -> Double? { means[measure] }
}

/// Sums over the steps of an epoch, kept so that a resumed epoch reports what an unbroken one would.
struct EpochTotals: Hashable, Sendable, Codable {
  private struct Total: Hashable, Codable {
    var sum = 0.0
    var count = 0
  }
  private var totals: [StepMeasure: Total] = [:]

  mutating func add(_ step: StepSummary) {
    for (measure, value) in step.values {
      totals[measure, default: Total()].sum += Double(value)
      totals[measure, default: Total()].count += 1
    }
  }

  var means: [StepMeasure: Double] { totals.mapValues { $0.sum / Double($0.count) } }
}
