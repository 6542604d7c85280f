/// An image and the label map that is its ground truth, as files.
public struct Sample: Hashable, Sendable, Codable {
  /// The path below the image folder, without suffix; unique in its split.
  public let name: String
  /// Where the image lies.
  public let imagePath: String
  /// Where the label map lies.
  public let labelMapPath: String

  /// Pairs an image with its label map.
  public init(name: String, imagePath: String, labelMapPath: String) {
    self.name = name
    self.imagePath = imagePath
    self.labelMapPath = labelMapPath
  }
}
