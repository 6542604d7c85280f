import TesseraLabels

/// What one epoch found: means over its steps and scores on the validation split.
public struct EpochSummary: Hashable, Sendable, Codable {
  /// Counted from 1.
  public let epoch: Int
  /// Steps of the segmenter so far.
  public let steps: Int
  /// The segmenter's learning rate at the last step.
  public let learningRate: Double
  /// Mean l_mce.
  public let crossEntropy: Double
  /// Mean loss of the discriminator; nil in epochs of cross-entropy alone, as are the next three.
  public let discriminatorLoss: Double?
  /// Mean adversarial term without λ.
  public let adversarialTerm: Double?
  /// Mean share of ground truth taken for ground truth.
  public let truthAccuracy: Double?
  /// Mean share of predictions taken for predictions.
  public let predictionAccuracy: Double?
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
    epoch: Int, steps: Int, learningRate: Double, totals: EpochTotals, evaluation: Evaluation
  ) {
    self.epoch = epoch
    self.steps = steps
    self.learningRate = learningRate
    crossEntropy = totals.mean(totals.crossEntropy, of: totals.steps) ?? 0
    discriminatorLoss = totals.mean(totals.discriminatorLoss, of: totals.adversarialSteps)
    adversarialTerm = totals.mean(totals.adversarialTerm, of: totals.adversarialSteps)
    truthAccuracy = totals.mean(totals.truthAccuracy, of: totals.adversarialSteps)
    predictionAccuracy = totals.mean(totals.predictionAccuracy, of: totals.adversarialSteps)
    meanIoU = evaluation.meanIoU
    pixelAccuracy = evaluation.confusion.pixelAccuracy ?? 0
    meanClassAccuracy = evaluation.confusion.meanClassAccuracy ?? 0
    boundaryF1 = evaluation.boundary.score ?? 0
    iou = evaluation.confusion.classScores.map(\.iou)
  }
}

/// Sums over the steps of an epoch, kept so that a resumed epoch reports what an unbroken one would.
struct EpochTotals: Hashable, Sendable, Codable {
  private(set) var steps = 0
  private(set) var adversarialSteps = 0
  private(set) var crossEntropy = 0.0
  private(set) var discriminatorLoss = 0.0
  private(set) var adversarialTerm = 0.0
  private(set) var truthAccuracy = 0.0
  private(set) var predictionAccuracy = 0.0

  mutating func add(_ step: StepSummary) {
    steps += 1
    crossEntropy += Double(step.crossEntropy)
    guard let adversary = step.adversary else { return }
    adversarialSteps += 1
    discriminatorLoss += Double(adversary.discriminatorLoss)
    adversarialTerm += Double(adversary.adversarialTerm)
    truthAccuracy += Double(adversary.truthAccuracy)
    predictionAccuracy += Double(adversary.predictionAccuracy)
  }

  func mean(_ sum: Double, of count: Int) -> Double? { count == 0 ? nil : sum / Double(count) }
}
