import TesseraLabels

extension EvaluationReport: Encodable {
  private enum Key: String, CodingKey {
    case split, images, presentClasses, meanIoU, meanIoUOverAllClasses, pixelAccuracy, meanClassAccuracy
    case frequencyWeightedIoU, boundaryF1, regionRatio, classes, confusion
  }

  /// Writes the scores, null where there is nothing to measure, and the counts that they follow from.
  ///
  /// `confusion` has a row for each true class; in it a column for each predicted class, then one for void.
  public func encode(to encoder: any Encoder) throws {
    let confusion = evaluation.confusion
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(split, forKey: .split)
    try container.encode(imageCount, forKey: .images)
    try container.encode(presentCount, forKey: .presentClasses)
    try container.encode(confusion.meanIoU, forKey: .meanIoU)
    try container.encode(confusion.meanIoUOverAllClasses, forKey: .meanIoUOverAllClasses)
    try container.encode(confusion.pixelAccuracy, forKey: .pixelAccuracy)
    try container.encode(confusion.meanClassAccuracy, forKey: .meanClassAccuracy)
    try container.encode(confusion.frequencyWeightedIoU, forKey: .frequencyWeightedIoU)
    try container.encode(evaluation.boundary.score, forKey: .boundaryF1)
    try container.encode(evaluation.regions.ratio, forKey: .regionRatio)
    try container.encode(classes, forKey: .classes)
    let rows = (0..<confusion.classCount).map { truth in
      (0..<confusion.classCount).map { confusion[truth: truth, prediction: .index($0)] }
        + [confusion[truth: truth, prediction: .void]]
    }
    try container.encode(rows, forKey: .confusion)
  }
}

extension EvaluationReport.ClassRow: Encodable {
  private enum Key: String, CodingKey {
    case name, iou, accuracy, precision, dice, truePixels, predictedPixels, correctPixels, trueRegions, predictedRegions
  }

  /// Writes the name, the scores and the counts.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(scores.iou, forKey: .iou)
    try container.encode(scores.recall, forKey: .accuracy)
    try container.encode(scores.precision, forKey: .precision)
    try container.encode(scores.dice, forKey: .dice)
    try container.encode(scores.truePixels, forKey: .truePixels)
    try container.encode(scores.predictedPixels, forKey: .predictedPixels)
    try container.encode(scores.correctPixels, forKey: .correctPixels)
    try container.encode(trueRegions, forKey: .trueRegions)
    try container.encode(predictedRegions, forKey: .predictedRegions)
  }
}
