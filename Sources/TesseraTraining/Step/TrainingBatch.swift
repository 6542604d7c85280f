public import TesseraTensor

/// Images and their labels for one step.
public struct TrainingBatch: Sendable {
  /// Normalised, `[batch, 3, height, width]`.
  public let images: Tensor
  /// `[batch, height, width]`.
  public let labels: LabelBatch

  /// Pairs images with labels.
  ///
  /// - Precondition: batch, height and width are equal.
  public init(images: Tensor, labels: LabelBatch) {
    precondition(
      images.shape.rank == 4 && labels.shape == [images.shape[0], images.shape[2], images.shape[3]],
      "TrainingBatch: images \(images.shape) with labels \(labels.shape)")
    self.images = images
    self.labels = labels
  }
}
