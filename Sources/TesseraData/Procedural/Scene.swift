public import TesseraImaging
public import TesseraLabels

/// A procedural street scene: an image and its exact label map.
public struct Scene: Hashable, Sendable {
  /// What the camera recorded.
  public let image: Image
  /// The class of each pixel; void where a thing farther away touches a nearer one.
  public let labelMap: LabelMap
}
