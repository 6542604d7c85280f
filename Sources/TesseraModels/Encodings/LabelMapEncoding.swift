public import TesseraNN
public import TesseraTensor

/// How predictions and ground truth become the maps that a discriminator judges.
///
/// Void pixels are zero in every channel of both, so that they carry no clue. Both are averaged over windows of `scale`
/// pixels, so that the discriminator judges smaller maps and both sides went through the same step.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), section 3.2.
public struct LabelMapEncoding: Hashable, Sendable {
  /// What stands for a pixel.
  public enum Kind: Hashable, Sendable {
    /// Class probabilities as they are, ground truth one-hot.
    case basic
  }

  /// What stands for a pixel.
  public let kind: Kind
  /// Pixels along each side that become one; 1 keeps the size.
  public let scale: Int

  /// Describes an encoding.
  ///
  /// - Precondition: `scale` is at least 1.
  public init(_ kind: Kind, scale: Int) {
    precondition(scale >= 1, "LabelMapEncoding: scale \(scale)")
    self.kind = kind
    self.scale = scale
  }

  /// Channels of the maps that stand for so many classes.
  public func channels(classCount: Int) -> Int { classCount }

  /// The predicted side; gradients pass to the probabilities.
  ///
  /// - Parameters:
  ///   - images: what was predicted, normalised, `[batch, 3, height, width]`.
  ///   - labels: says which pixels are void; nil for images without labels, where none is.
  public func callAsFunction(
    _ probabilities: ClassProbabilities, images: Tensor, labels: LabelBatch?, in pass: ForwardPass
  ) -> EncodedLabelMaps {
    let maps = labels.map { maskVoid(probabilities.variable, $0) } ?? probabilities.variable
    return encoded(maps, images: images, labels: labels, in: pass)
  }

  /// The true side: constant.
  ///
  /// - Parameters:
  ///   - prediction: class probabilities of the same images, `[batch, classes, height, width]`.
  ///   - images: normalised, `[batch, 3, height, width]`.
  public func callAsFunction(
    truth labels: LabelBatch, beside prediction: Tensor, images: Tensor, in pass: ForwardPass
  ) -> EncodedLabelMaps {
    encoded(pass.constant(.oneHot(labels)), images: images, labels: labels, in: pass)
  }

  private func encoded(
    _ maps: Variable, images: Tensor, labels: LabelBatch?, in pass: ForwardPass
  ) -> EncodedLabelMaps {
    EncodedLabelMaps(
      reduced(maps), images: reduced(pass.constant(images)),
      coverage: labels.flatMap { coverage(of: $0, in: pass) })
  }

  /// How much of each place is labelled; nil where all is.
  private func coverage(of labels: LabelBatch, in pass: ForwardPass) -> Tensor? {
    guard labels.indices.contains(LabelBatch.void) else { return nil }
    let ones = Tensor.filled([labels.shape[0], 1, labels.shape[1], labels.shape[2]], with: 1)
    return reduced(maskVoid(pass.constant(ones), labels)).value
  }

  private func reduced(_ maps: Variable) -> Variable {
    guard scale > 1 else { return maps }
    return averagePool(maps, ConvolutionGeometry(kernel: .init(scale), stride: .init(scale)))
  }
}
