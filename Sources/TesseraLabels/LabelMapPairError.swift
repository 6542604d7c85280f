/// A ground truth and a prediction cannot be compared.
public enum LabelMapPairError: Error, Hashable, Sendable {
  /// The maps have different sizes.
  case sizeMismatch(truth: PixelSize, prediction: PixelSize)
  /// The maps have other numbers of classes than the measure.
  case classCountMismatch(truth: Int, prediction: Int, expected: Int)

  /// Throws where the two maps cannot be compared class by class and pixel by pixel.
  static func check(truth: LabelMap, prediction: LabelMap, classCount: Int) throws(LabelMapPairError) {
    guard truth.classCount == classCount, prediction.classCount == classCount else {
      throw .classCountMismatch(truth: truth.classCount, prediction: prediction.classCount, expected: classCount)
    }
    guard truth.size == prediction.size else {
      throw .sizeMismatch(truth: truth.size, prediction: prediction.size)
    }
  }
}

extension LabelMapPairError: CustomStringConvertible {
  /// Both sides and what to do, in one line.
  public var description: String {
    switch self {
    case .sizeMismatch(let truth, let prediction):
      "The ground truth is \(truth), the prediction \(prediction); predict at the size of the ground truth."
    case .classCountMismatch(let truth, let prediction, let expected):
      "The ground truth has \(truth) classes, the prediction \(prediction), \(expected) are measured; "
        + "read both with one label set."
    }
  }
}
