public import TesseraTensor

/// Binary cross-entropy from logits, averaged over all elements by weight.
///
///     L = Σ_i w_i·l(z_i, t) / Σ_i w_i,   l(z, t) = softplus(z) − t·z,   softplus(z) = max(z, 0) + ln(1 + e^{−|z|})
///     ∂L/∂z_i = w_i·(σ(z_i) − t) / Σ_j w_j
///
/// Where all weights are 0 the loss is 0 and so is its gradient.
///
/// - Parameters:
///   - logits: any shape, at least one element; never probabilities.
///   - target: t in 0...1: 1 for ground truth, 0 for a prediction.
///   - weights: of the logits' shape, at least 0; nil for 1.
/// - Returns: a scalar.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), l_bce of equation 1.
public func binaryCrossEntropy(_ logits: Variable, target: Float, weights: Tensor? = nil) -> Variable {
  let shape = logits.shape
  precondition(shape.count > 0, "binaryCrossEntropy: no logits")
  let (loss, gradient) = logits.value.binaryCrossEntropy(target: target, weights: weights)
  let weight = weights?.total() ?? Double(shape.count)
  let share = weight > 0 ? 1 / weight : 0
  return .result(Tensor(scalar: Float(loss * share)), of: [logits]) { dy, _ in
    [gradient.scaled(by: Float(share) * dy.scalar).reshaped(to: shape)]
  }
}
