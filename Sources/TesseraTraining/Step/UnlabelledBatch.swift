public import TesseraTensor

/// Images without labels for one step.
public struct UnlabelledBatch: Sendable {
  /// Normalised, `[count, 3, height, width]`.
  public let images: Tensor
  /// Which pixels show an image: class 0 there, void where a crop reaches beyond it.
  ///
  /// `[count, height, width]`.
  public let shown: LabelBatch

  /// Pairs images with what of them is shown.
  ///
  /// - Precondition: count, height and width are equal.
  public init(images: Tensor, shown: LabelBatch) {
    precondition(
      images.shape.rank == 4 && shown.shape == [images.shape[0], images.shape[2], images.shape[3]],
      "UnlabelledBatch: images \(images.shape), shown \(shown.shape)")
    self.images = images
    self.shown = shown
  }
}
