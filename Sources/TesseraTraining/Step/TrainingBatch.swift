public import TesseraTensor

/// Images and their labels for one step, and images without any.
public struct TrainingBatch: Sendable {
  /// Normalised, `[batch, 3, height, width]`.
  public let images: Tensor
  /// `[batch, height, width]`.
  public let labels: LabelBatch
  /// Images without labels; nil where there are none.
  public let unlabelled: UnlabelledBatch?

  /// Pairs images with labels.
  ///
  /// - Precondition: batch, height and width are equal; images without labels have the same sides.
  public init(images: Tensor, labels: LabelBatch, unlabelled: UnlabelledBatch? = nil) {
    precondition(
      images.shape.rank == 4 && labels.shape == [images.shape[0], images.shape[2], images.shape[3]],
      "TrainingBatch: images \(images.shape) with labels \(labels.shape)")
    precondition(
      unlabelled.map { $0.images.shape.dimensions.dropFirst() == images.shape.dimensions.dropFirst() } ?? true,
      "TrainingBatch: images \(images.shape) beside unlabelled \(unlabelled.map { "\($0.images.shape)" } ?? "")")
    self.images = images
    self.labels = labels
    self.unlabelled = unlabelled
  }
}
