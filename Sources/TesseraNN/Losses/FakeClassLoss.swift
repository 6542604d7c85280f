public import TesseraTensor

/// Binary cross-entropy of a classifier that has one more class for what was generated, whose logit is fixed at 0.
///
///     D = Z / (Z + 1) = σ(lse),   Z = Σ_k e^{l_k},   lse = ln Z
///     target 1: L = −ln D = softplus(−lse);   target 0: L = −ln(1 − D) = softplus(lse)
///
/// The unsupervised loss of the paper is half the sum of both: target 1 for samples of the data, labelled or not, and
/// target 0 for generated ones. Labelled samples add ``crossEntropy(_:_:weights:)`` over the K classes. Fixing the last
/// logit loses nothing: shifting all of them changes no probability.
///
/// - Parameters:
///   - logits: l, `[batch, K]` or `[batch, K, height, width]`.
///   - target: 1 for data, 0 for generated samples; in between for smoothed labels.
///   - weights: how much each sample or pixel counts, 0 for void, `[batch, 1]` or `[batch, 1, height, width]`; nil for
///     1.
/// - Returns: a scalar, the mean by weight.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 5.
public func fakeClassLoss(_ logits: Variable, target: Float, weights: Tensor? = nil) -> Variable {
  binaryCrossEntropy(logSumExp(logits), target: target, weights: weights)
}
