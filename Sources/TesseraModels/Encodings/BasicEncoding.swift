public import TesseraNN
public import TesseraTensor

/// The basic encoding: class probabilities as they are, ground truth one-hot.
///
/// Void pixels are zero in every channel of both, so that they carry no clue. Both are averaged over windows of `scale`
/// pixels, so that the discriminator judges smaller maps and both sides went through the same step.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), section 3.2, "basic".
public struct BasicEncoding: Sendable {
  /// Pixels along each side that become one; 1 keeps the size.
  public let scale: Int

  /// Describes an encoding.
  ///
  /// - Precondition: `scale` is at least 1.
  public init(scale: Int) {
    precondition(scale >= 1, "BasicEncoding: scale \(scale)")
    self.scale = scale
  }

  /// The predicted side; gradients pass to the probabilities.
  public func callAsFunction(_ probabilities: ClassProbabilities, labels: LabelBatch) -> EncodedLabelMaps {
    reduced(maskVoid(probabilities.variable, labels))
  }

  /// The true side: constant.
  public func callAsFunction(truth labels: LabelBatch, in pass: ForwardPass) -> EncodedLabelMaps {
    reduced(pass.constant(.oneHot(labels)))
  }

  private func reduced(_ maps: Variable) -> EncodedLabelMaps {
    guard scale > 1 else { return EncodedLabelMaps(maps) }
    return EncodedLabelMaps(
      averagePool(maps, ConvolutionGeometry(kernel: .init(scale), stride: .init(scale))))
  }
}
