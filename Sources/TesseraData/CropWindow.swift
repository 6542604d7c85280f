import TesseraTensor

/// One draw of an augmentation: which part of the scaled sample a crop shows, and how.
struct CropWindow: Hashable, Sendable {
  /// Size of the whole sample after scaling.
  let scaledWidth, scaledHeight: Int
  /// Where the crop begins in the scaled sample; below zero where the sample is smaller than the crop.
  let left, top: Int
  /// Whether the crop is mirrored left to right.
  let isFlipped: Bool
  /// Added to every colour, as a share of full scale.
  let brightness: Float
  /// Factor on the distance from the mean colour.
  let contrast: Float
}

extension Augmentation {
  /// Draws a window for a sample of this size.
  ///
  /// The number of draws never depends on the sample, so that a stream stays in step whatever the sizes are.
  func window(width: Int, height: Int, using generator: inout Generator) -> CropWindow {
    let scale = minimumScale + (maximumScale - minimumScale) * generator.uniform()
    let scaledWidth = max(1, Int(Double(width) * scale))
    let scaledHeight = max(1, Int(Double(height) * scale))
    let left = offset(of: cropWidth, in: scaledWidth, at: generator.uniform())
    let top = offset(of: cropHeight, in: scaledHeight, at: generator.uniform())
    let flip = generator.uniform() < 0.5
    return CropWindow(
      scaledWidth: scaledWidth, scaledHeight: scaledHeight, left: left, top: top, isFlipped: flips && flip,
      brightness: Float(brightness * (2 * generator.uniform() - 1)),
      contrast: Float(1 + contrast * (2 * generator.uniform() - 1)))
  }

  /// Where a crop begins: inside the whole, or so that the whole lies inside the crop.
  private func offset(of crop: Int, in whole: Int, at position: Double) -> Int {
    let room = whole - crop
    let places = abs(room) + 1
    return min(0, room) + min(places - 1, Int(position * Double(places)))
  }
}
