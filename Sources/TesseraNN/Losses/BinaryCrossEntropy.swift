import TesseraTensor

/// Binary cross-entropy from logits, averaged over all elements.
///
///     l(z, t) = softplus(z) − t·z,   softplus(z) = max(z, 0) + ln(1 + e^{−|z|});   ∂l/∂z = σ(z) − t
///
/// - Parameters:
///   - logits: any shape, at least one element; never probabilities.
///   - target: t in 0...1: 1 for ground truth, 0 for a prediction.
/// - Returns: a scalar.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), l_bce of equation 1.
public func binaryCrossEntropy(_ logits: Variable, target: Float) -> Variable {
  let count = logits.shape.count
  precondition(count > 0, "binaryCrossEntropy: no logits")
  let (loss, gradient) = logits.value.binaryCrossEntropy(target: target)
  let shape = logits.shape
  return .result(Tensor(scalar: Float(loss / Double(count))), of: [logits]) { dy, _ in
    [gradient.scaled(by: dy.scalar / Float(count)).reshaped(to: shape)]
  }
}
