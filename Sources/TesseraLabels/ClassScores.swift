/// How well one class was predicted.
///
/// A score is nil where there is nothing to measure.
public struct ClassScores: Hashable, Sendable {
  /// Pixels of the class in the ground truth, `Σ_j M[c][j]` with void predictions.
  public let truePixels: Int
  /// Pixels predicted as the class where the ground truth has one, `Σ_i M[i][c]`.
  public let predictedPixels: Int
  /// Pixels of the class that were predicted as such, `M[c][c]`.
  public let correctPixels: Int

  /// Intersection over union, `M[c][c] / (true + predicted − M[c][c])`; nil where the class is in neither.
  public var iou: Double? { ratio(correctPixels, truePixels + predictedPixels - correctPixels) }

  /// Dice coefficient or F1, `2 · M[c][c] / (true + predicted)`; nil where the class is in neither.
  public var dice: Double? { ratio(2 * correctPixels, truePixels + predictedPixels) }

  /// The share of predicted pixels that is right; nil where the class was never predicted.
  public var precision: Double? { ratio(correctPixels, predictedPixels) }

  /// The share of true pixels that was found, which is the class accuracy; nil where the ground truth lacks the class.
  public var recall: Double? { ratio(correctPixels, truePixels) }
}

/// `part / whole`, or nil for a whole of nothing.
func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }

extension Sequence<Double?> {
  /// The mean of the values that exist, or nil where none does.
  var meanOfPresent: Double? {
    var sum = 0.0
    var count = 0
    for case let value? in self {
      sum += value
      count += 1
    }
    return count == 0 ? nil : sum / Double(count)
  }
}
