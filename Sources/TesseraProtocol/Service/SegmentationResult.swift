public import TesseraLabels

/// What a model says about one image.
public struct SegmentationResult: Hashable, Sendable {
  /// A probability for every class and pixel, `[classes, height, width]`; each pixel sums to 1.
  public enum Probabilities: Hashable, Sendable {
    /// Half precision; sums within 2e-3.
    case f16([Float16])
    /// Single precision; sums within 1e-5.
    case f32([Float])
  }

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Number of classes, 1…4,096.
  public let classCount: Int
  /// The most probable class of each pixel, never void; ties go to the lowest class.
  public let labels: LabelMap?
  /// 255 times the largest probability, rounded, `[height, width]`.
  public let confidence: [UInt8]?
  /// Every class's probability.
  public let probabilities: Probabilities?
  /// The labels as a PNG of colour type 3 and depth 8, not interlaced, index = class, with the model's palette.
  public let palettePNG: [UInt8]?
  /// Where the result came from.
  public let receipt: Receipt

  /// Puts a result together; a nil output was not asked for.
  ///
  /// Sizes are checked where the result is encoded, by ``SegmentationError``, not here.
  public init(
    width: Int, height: Int, classCount: Int, labels: LabelMap? = nil, confidence: [UInt8]? = nil,
    probabilities: Probabilities? = nil, palettePNG: [UInt8]? = nil, receipt: Receipt
  ) {
    self.width = width
    self.height = height
    self.classCount = classCount
    self.labels = labels
    self.confidence = confidence
    self.probabilities = probabilities
    self.palettePNG = palettePNG
    self.receipt = receipt
  }

  /// The outputs that are there.
  public var outputs: OutputSet {
    var outputs: OutputSet = []
    if labels != nil { outputs.insert(.labels) }
    if confidence != nil { outputs.insert(.confidence) }
    switch probabilities {
    case .f16: outputs.insert(.probabilitiesF16)
    case .f32: outputs.insert(.probabilitiesF32)
    case nil: break
    }
    if palettePNG != nil { outputs.insert(.palettePNG) }
    return outputs
  }
}
