extension ConfusionMatrix {
  /// The scores of each class, in class order.
  public var classScores: [ClassScores] {
    var rows = [Int](repeating: 0, count: classCount)
    var columns = rows
    for truth in 0..<classCount {
      for prediction in 0..<classCount {
        let count = self[truth: truth, prediction: .index(prediction)]
        rows[truth] += count
        columns[prediction] += count
      }
      rows[truth] += self[truth: truth, prediction: .void]
    }
    return (0..<classCount).map {
      ClassScores(
        truePixels: rows[$0], predictedPixels: columns[$0], correctPixels: self[truth: $0, prediction: .index($0)])
    }
  }

  /// Pixels that have a true class.
  public var pixelCount: Int { classScores.reduce(0) { $0 + $1.truePixels } }

  /// The share of pixels with a true class that was predicted right; nil without pixels.
  public var pixelAccuracy: Double? {
    let scores = classScores
    return ratio(scores.reduce(0) { $0 + $1.correctPixels }, scores.reduce(0) { $0 + $1.truePixels })
  }

  /// The mean recall of the classes that the ground truth shows; nil without pixels.
  public var meanClassAccuracy: Double? { classScores.map(\.recall).meanOfPresent }

  /// The mean intersection over union of the classes that the ground truth or the prediction shows; nil without pixels.
  ///
  /// Pooled: intersections and unions are summed over all maps before they are divided.
  public var meanIoU: Double? { classScores.map(\.iou).meanOfPresent }

  /// The mean intersection over union of all classes, where an absent class counts as 0; nil without pixels.
  ///
  /// Some tools print this one; it is never above ``meanIoU``.
  public var meanIoUOverAllClasses: Double? {
    let values = classScores.map(\.iou)
    return values.contains { $0 != nil } ? values.map { $0 ?? 0 }.meanOfPresent : nil
  }

  /// The mean intersection over union weighted by the true pixels of each class; nil without pixels.
  public var frequencyWeightedIoU: Double? {
    let scores = classScores
    let total = scores.reduce(0) { $0 + $1.truePixels }
    guard total > 0 else { return nil }
    return scores.reduce(0) { $0 + Double($1.truePixels) / Double(total) * ($1.iou ?? 0) }
  }

  /// The mean Dice coefficient of the classes that the ground truth or the prediction shows; nil without pixels.
  public var meanDice: Double? { classScores.map(\.dice).meanOfPresent }
}
