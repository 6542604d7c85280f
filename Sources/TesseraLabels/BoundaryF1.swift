/// How close predicted boundaries lie to the true ones: the boundary F1 score, over any number of images.
///
/// A boundary pixel of class `c` is a pixel of class `c` with a pixel of another class to its left, right, above or
/// below. With `B` the boundary pixels of a class in the ground truth, `P` those in the prediction, `d` the Euclidean
/// distance between pixel centres and `t` the tolerance:
///
///     precision = |{p ∈ P : d(p, B) ≤ t}| / |P|
///     recall    = |{b ∈ B : d(b, P) ≤ t}| / |B|
///     F1        = 2 · precision · recall / (precision + recall), 0 where B or P is empty
///
/// The score of an image is the mean of F1 over the classes with a boundary in the ground truth or the prediction; the
/// score of a data set is the mean over its images. An image without any boundary does not count.
///
/// Void takes no part: where the ground truth is void the prediction is treated as void too, and the line between a
/// class and void is no boundary. Which classes count where one side lacks them, and this treatment of void, are our
/// choices; the tolerance of 0.75 % of the image's diagonal is the papers'.
///
/// Source: Csurka, Larlus and Perronnin, "What is a good evaluation measure for semantic segmentation?", BMVC 2013;
/// used by Luc et al. 2016, arXiv:1611.08408.
public struct BoundaryF1: Hashable, Sendable {
  /// How far a boundary pixel may lie from its counterpart.
  public enum Tolerance: Hashable, Sendable {
    /// A distance in pixels.
    case pixels(Double)
    /// A share of the image's diagonal; 0.0075 is customary.
    case diagonalShare(Double)

    /// The distance in pixels for an image of this size.
    func distance(in size: PixelSize) -> Double {
      switch self {
      case .pixels(let distance): distance
      case .diagonalShare(let share): share * size.diagonal
      }
    }

    fileprivate var isUsable: Bool {
      switch self {
      case .pixels(let value), .diagonalShare(let value): value.isFinite && value >= 0
      }
    }
  }

  /// Number of classes.
  public let classCount: Int
  /// How far a boundary pixel may lie from its counterpart.
  public let tolerance: Tolerance
  /// Images that had a boundary and so count.
  public private(set) var imageCount = 0

  private var imageSum = 0.0
  private var classSums: [Double]
  private var classImageCounts: [Int]

  /// Starts with no images.
  ///
  /// - Precondition: `classCount` lies in `1...LabelMap.maximumClassCount`; the tolerance is finite and at least 0.
  public init(classCount: Int, tolerance: Tolerance = .diagonalShare(0.0075)) {
    precondition((1...LabelMap.maximumClassCount).contains(classCount), "BoundaryF1: \(classCount) classes")
    precondition(tolerance.isUsable, "BoundaryF1: tolerance \(tolerance)")
    self.classCount = classCount
    self.tolerance = tolerance
    classSums = [Double](repeating: 0, count: classCount)
    classImageCounts = [Int](repeating: 0, count: classCount)
  }

  /// The score over the images so far, in 0...1; nil where none has a boundary.
  public var score: Double? { imageCount == 0 ? nil : imageSum / Double(imageCount) }

  /// The mean F1 of each class over the images where it has a boundary, in class order; nil where none has.
  public var classScores: [Double?] {
    (0..<classCount).map { classImageCounts[$0] == 0 ? nil : classSums[$0] / Double(classImageCounts[$0]) }
  }

  /// Takes one image into account.
  ///
  /// - Throws: ``LabelMapPairError`` where sizes or numbers of classes differ; then nothing is counted.
  /// - Complexity: linear in the pixels, and in the boundary pixels times the area of a disk as wide as the tolerance.
  public mutating func add(truth: LabelMap, prediction: LabelMap) throws(LabelMapPairError) {
    try LabelMapPairError.check(truth: truth, prediction: prediction, classCount: classCount)
    guard !truth.codes.isEmpty else { return }
    let truths = Boundary(of: truth)
    let predictions = Boundary(of: prediction, maskedBy: truth)
    let disk = Disk(radius: tolerance.distance(in: truth.size), within: truth.size)
    let found = truths.pixelCounts(near: predictions, within: disk)
    let right = predictions.pixelCounts(near: truths, within: disk)

    var sum = 0.0
    var classes = 0
    for index in 0..<classCount {
      let (trueCount, predictedCount) = (truths.pixelCounts[index], predictions.pixelCounts[index])
      guard trueCount + predictedCount > 0 else { continue }
      let recall = ratio(found[index], trueCount) ?? 0
      let precision = ratio(right[index], predictedCount) ?? 0
      let f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
      sum += f1
      classes += 1
      classSums[index] += f1
      classImageCounts[index] += 1
    }
    guard classes > 0 else { return }
    imageSum += sum / Double(classes)
    imageCount += 1
  }

  /// Adds the images of another measurement, such as of another part of the same split.
  ///
  /// - Precondition: both have the same number of classes and the same tolerance.
  public static func += (total: inout BoundaryF1, other: BoundaryF1) {
    precondition(
      total.classCount == other.classCount && total.tolerance == other.tolerance,
      "BoundaryF1: adding \(other.classCount) classes, \(other.tolerance) to \(total.classCount), \(total.tolerance)")
    total.imageCount += other.imageCount
    total.imageSum += other.imageSum
    for index in total.classSums.indices {
      total.classSums[index] += other.classSums[index]
      total.classImageCounts[index] += other.classImageCounts[index]
    }
  }
}
