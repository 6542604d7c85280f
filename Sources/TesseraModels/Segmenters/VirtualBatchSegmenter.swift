public import TesseraNN
public import TesseraTensor

/// A segmenter whose normalisation, in training, takes its statistics from a fixed batch of reference images and the
/// image itself, so that an image's scores do not depend on the others of its batch.
///
/// The reference images run through the network beside every batch. In calibration and in use it is the segmenter
/// itself.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.5.
public struct VirtualBatchSegmenter: Segmenter {
  private let segmenter: any Segmenter
  private let reference: Tensor

  /// Wraps a segmenter.
  ///
  /// - Parameter reference: normalised images, `[count, 3, height, width]`, of the size of the batches, at least two.
  public init(_ segmenter: any Segmenter, reference: Tensor) {
    precondition(
      reference.shape.rank == 4 && reference.shape[0] >= 2 && reference.shape[1] == 3,
      "VirtualBatchSegmenter: reference images \(reference.shape)")
    self.segmenter = segmenter
    self.reference = reference
  }

  /// As the segmenter.
  public var classCount: Int { segmenter.classCount }
  /// As the segmenter.
  public var minimumSide: Int { segmenter.minimumSide }
  /// How many reference images a pass in training must know of.
  public var references: Int { reference.shape[0] }
  /// As the segmenter.
  public func coarsestPixels(height: Int, width: Int) -> Int { segmenter.coarsestPixels(height: height, width: width) }

  /// Scores the images: in training beside the reference images, whose scores nobody sees.
  ///
  /// - Precondition: in training the pass knows of ``references``, and the images have the reference's size.
  public func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Logits {
    guard case .training = pass.mode else { return segmenter(images, in: pass) }
    precondition(
      pass.references == references, "VirtualBatchSegmenter: \(references) references, the pass has \(pass.references)")
    let logits = segmenter(concatenateSamples([pass.constant(reference), images]), in: pass)
    let own = references..<references + images.shape[0]
    return Logits(samples(logits.variable, own), features: samples(logits.features, own))
  }
}
