/// How training samples are varied: scale, crop and flip of image and label map together, and colour of the image.
public struct Augmentation: Hashable, Sendable, Codable {
  /// Columns of a crop.
  public let cropWidth: Int
  /// Rows of a crop.
  public let cropHeight: Int
  /// Smallest and largest factor that both sides are scaled by.
  public let minimumScale, maximumScale: Double
  /// Whether half of the crops are mirrored left to right.
  public let flips: Bool
  /// Most that is added to or taken from every colour, as a share of full scale.
  public let brightness: Double
  /// Most that the distance from the mean colour grows or shrinks by, as a share of itself.
  public let contrast: Double

  /// Describes a variation; scale and flips follow the CamVid reference, colour stays as it is.
  ///
  /// - Precondition: the crop has 1 to 8192 pixels a side; the scale is positive and at most 16; `brightness` and
  ///   `contrast` lie in `0..<1`.
  public init(
    cropWidth: Int, cropHeight: Int, scale: ClosedRange<Double> = 0.8...1.5, flips: Bool = true,
    brightness: Double = 0, contrast: Double = 0
  ) {
    precondition(
      (1...8192).contains(cropWidth) && (1...8192).contains(cropHeight), "Augmentation: crop \(cropHeight)×\(cropWidth)"
    )
    precondition(scale.lowerBound > 0 && scale.upperBound <= 16, "Augmentation: scale \(scale)")
    precondition(
      (0..<1).contains(brightness) && (0..<1).contains(contrast),
      "Augmentation: brightness \(brightness), contrast \(contrast)")
    self.cropWidth = cropWidth
    self.cropHeight = cropHeight
    self.minimumScale = scale.lowerBound
    self.maximumScale = scale.upperBound
    self.flips = flips
    self.brightness = brightness
    self.contrast = contrast
  }
}
