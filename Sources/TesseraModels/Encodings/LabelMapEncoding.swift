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
    /// Each class's map times each colour channel of the image at the maps' size: the image cut into its classes.
    case product
    /// Class probabilities as they are; ground truth gives the true class at least the threshold, in 0...1, and the
    /// others what that leaves, in the prediction's proportions.
    case scaling(threshold: Float)
  }

  /// What stands for a pixel.
  public let kind: Kind
  /// Pixels along each side that become one; 1 keeps the size.
  public let scale: Int

  /// Describes an encoding.
  ///
  /// - Precondition: `scale` is at least 1, a threshold in 0...1.
  public init(_ kind: Kind, scale: Int) {
    precondition(scale >= 1, "LabelMapEncoding: scale \(scale)")
    if case .scaling(let threshold) = kind {
      precondition((0...1).contains(threshold), "LabelMapEncoding: threshold \(threshold)")
    }
    self.kind = kind
    self.scale = scale
  }

  /// Channels of the maps that stand for so many classes.
  public func channels(classCount: Int) -> Int { kind == .product ? 3 * classCount : classCount }

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

  /// The true side: constant, also what it takes from the prediction.
  ///
  /// - Parameters:
  ///   - prediction: class probabilities of the same images, `[batch, classes, height, width]`.
  ///   - images: normalised, `[batch, 3, height, width]`.
  public func callAsFunction(
    truth labels: LabelBatch, beside prediction: Tensor, images: Tensor, in pass: ForwardPass
  ) -> EncodedLabelMaps {
    let truth: Tensor =
      switch kind {
      case .basic, .product: .oneHot(labels)
      case .scaling(let threshold): prediction.softenedTruth(labels, threshold: threshold)
      }
    return encoded(pass.constant(truth), images: images, labels: labels, in: pass)
  }

  private func encoded(
    _ maps: Variable, images: Tensor, labels: LabelBatch?, in pass: ForwardPass
  ) -> EncodedLabelMaps {
    let (maps, images) = (reduced(maps), pass.constant(reduced(images)))
    return EncodedLabelMaps(
      kind == .product ? multiplyAllChannels(maps, images) : maps, images: images,
      coverage: labels?.mask.map { reduced($0) })
  }

  private var windows: ConvolutionGeometry { ConvolutionGeometry(kernel: .init(scale), stride: .init(scale)) }

  private func reduced(_ maps: Variable) -> Variable { scale > 1 ? averagePool(maps, windows) : maps }

  /// The same of what nothing is learned through.
  private func reduced(_ maps: Tensor) -> Tensor {
    guard scale > 1 else { return maps }
    return Pooling(.average, source: maps.shape, layout: maps.layout, geometry: windows).forward(maps).output
  }
}
