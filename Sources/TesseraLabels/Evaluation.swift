/// How well predictions agree with ground truth over a split.
public struct Evaluation: Hashable, Sendable {
  /// Pixels by true and predicted class, pooled over all images.
  public private(set) var confusion: ConfusionMatrix
  /// Agreement of class boundaries.
  public private(set) var boundary: BoundaryF1
  /// Connected regions of each class.
  public private(set) var regions: RegionCounts

  /// Starts with no image.
  public init(classCount: Int) {
    confusion = ConfusionMatrix(classCount: classCount)
    boundary = BoundaryF1(classCount: classCount)
    regions = RegionCounts(classCount: classCount)
  }

  /// Adds one image.
  ///
  /// - Throws: where the maps differ in size or number of classes.
  public mutating func add(truth: LabelMap, prediction: LabelMap) throws(LabelMapPairError) {
    try confusion.add(truth: truth, prediction: prediction)
    try boundary.add(truth: truth, prediction: prediction)
    try regions.add(truth: truth, prediction: prediction)
  }

  /// Mean IoU over classes present in ground truth or prediction; 0 where there is none.
  public var meanIoU: Double { confusion.meanIoU ?? 0 }
}
