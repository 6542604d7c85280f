/// Images and their ground truth, ready for a training step.
public struct Batch: Hashable, Sendable {
  /// What stands for a void pixel in ``labels``.
  public static let void = UInt16.max

  /// Number of samples.
  public let count: Int
  /// Rows of each sample.
  public let height: Int
  /// Columns of each sample.
  public let width: Int
  /// Normalised colours, `[count, 3, height, width]`.
  public let images: [Float]
  /// Class indices, `[count, height, width]`; ``void`` where a pixel has no class.
  public let labels: [UInt16]
  /// The samples' names in their order.
  public let names: [String]

  /// Puts a batch together.
  ///
  /// - Precondition: the arrays have the sizes that the shapes ask for.
  public init(height: Int, width: Int, images: [Float], labels: [UInt16], names: [String]) {
    let pixels = names.count * height * width
    precondition(
      images.count == 3 * pixels && labels.count == pixels,
      "Batch: \(images.count) values and \(labels.count) labels for \(names.count) samples of \(height)×\(width)")
    self.count = names.count
    self.height = height
    self.width = width
    self.images = images
    self.labels = labels
    self.names = names
  }
}
