public import TesseraLabels

/// The scores of predictions on one split, class by class and as a whole.
///
/// A score is nil where there is nothing to measure, such as the IoU of a class in neither ground truth nor prediction.
public struct EvaluationReport: Hashable, Sendable {
  /// The scores of one class.
  public struct ClassRow: Hashable, Sendable {
    /// The class's name.
    public let name: String
    /// Intersections, unions and what follows from them.
    public let scores: ClassScores
    /// Connected regions in the ground truth.
    public let trueRegions: Int
    /// Connected regions in the predictions.
    public let predictedRegions: Int
  }

  /// The split that was predicted.
  public let split: Split
  /// Images in it.
  public let imageCount: Int
  /// The classes in index order.
  public let classes: [ClassRow]
  /// Pixels by true and predicted class, and agreement of boundaries and regions.
  public let evaluation: Evaluation

  /// Names what was measured.
  ///
  /// - Precondition: the evaluation has as many classes as the set.
  public init(_ evaluation: Evaluation, labelSet: LabelSet, split: Split, imageCount: Int) {
    precondition(
      evaluation.confusion.classCount == labelSet.count,
      "EvaluationReport: \(evaluation.confusion.classCount) classes measured, \(labelSet.count) named")
    self.split = split
    self.imageCount = imageCount
    let (scores, regions) = (evaluation.confusion.classScores, evaluation.regions)
    classes = labelSet.classes.enumerated().map { index, labelClass in
      ClassRow(
        name: labelClass.name, scores: scores[index], trueRegions: regions.truth[index],
        predictedRegions: regions.prediction[index])
    }
    self.evaluation = evaluation
  }

  /// Classes that ground truth or prediction shows.
  public var presentCount: Int { classes.count { $0.scores.iou != nil } }

  /// The scores of the whole, each with its name for people.
  var summary: [(name: String, value: Double?)] {
    let confusion = evaluation.confusion
    return [
      ("mIoU (pooled; \(presentCount) of \(classes.count) classes present)", confusion.meanIoU),
      ("mIoU over all classes (absent ones count 0)", confusion.meanIoUOverAllClasses),
      ("pixel accuracy", confusion.pixelAccuracy),
      ("mean class accuracy", confusion.meanClassAccuracy),
      ("frequency-weighted IoU", confusion.frequencyWeightedIoU),
      ("boundary F1 (tolerance 0.75 % of the diagonal)", evaluation.boundary.score),
      ("regions predicted for each true one", evaluation.regions.ratio),
    ]
  }
}
