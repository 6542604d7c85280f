/// How many pixels of each true class were predicted as each class or as void, pooled over any number of maps.
///
/// Pixels whose ground truth is void are dropped. A void prediction at a pixel that has a class is a miss: it counts
/// for the true class, and for no predicted one.
public struct ConfusionMatrix: Hashable, Sendable {
  /// Number of classes.
  public let classCount: Int
  /// One row for each true class; in a row one column for each predicted class, then one for void.
  private var counts: [Int]

  /// Starts with no pixels.
  ///
  /// - Precondition: `classCount` lies in `1...LabelMap.maximumClassCount`.
  public init(classCount: Int) {
    precondition((1...LabelMap.maximumClassCount).contains(classCount), "ConfusionMatrix: \(classCount) classes")
    self.classCount = classCount
    counts = [Int](repeating: 0, count: classCount * (classCount + 1))
  }

  /// How many pixels of class `truth` were predicted as `prediction`.
  ///
  /// - Precondition: class indices lie in `0..<classCount`.
  public subscript(truth truth: Int, prediction prediction: Label) -> Int {
    let column =
      switch prediction {
      case .index(let index): index
      case .void: classCount
      }
    precondition(
      (0..<classCount).contains(truth) && (0...classCount).contains(column)
        && prediction != .index(classCount),
      "ConfusionMatrix: class \(truth), \(prediction) outside 0..<\(classCount)")
    return counts[truth * (classCount + 1) + column]
  }

  /// Counts the pixels of one ground truth and its prediction, in one pass.
  ///
  /// - Throws: ``LabelMapPairError`` where sizes or numbers of classes differ; then nothing is counted.
  public mutating func add(truth: LabelMap, prediction: LabelMap) throws(LabelMapPairError) {
    try LabelMapPairError.check(truth: truth, prediction: prediction, classCount: classCount)
    let truths = truth.codes.span
    let predictions = prediction.codes.span
    let last = UInt16(classCount)
    for index in truths.indices where truths[index] != LabelMap.voidCode {
      // Void's code is above every class, so the smaller of the two leads to the last column.
      counts[Int(truths[index]) * (classCount + 1) + Int(min(predictions[index], last))] += 1
    }
  }

  /// Adds the counts of another matrix, such as of another part of the same split.
  ///
  /// - Precondition: both have the same number of classes.
  public static func += (matrix: inout ConfusionMatrix, other: ConfusionMatrix) {
    precondition(
      matrix.classCount == other.classCount,
      "ConfusionMatrix: adding \(other.classCount) classes to \(matrix.classCount)")
    for index in matrix.counts.indices { matrix.counts[index] += other.counts[index] }
  }

  /// The counts of both matrices.
  ///
  /// - Precondition: both have the same number of classes.
  public static func + (left: ConfusionMatrix, right: ConfusionMatrix) -> ConfusionMatrix {
    var sum = left
    sum += right
    return sum
  }
}
