public import TesseraTensor

/// Cross-entropy of logits, averaged over labelled pixels by class weight.
///
///     L = Σ_p w[l_p] · (ln Σ_k e^{x_pk} − x_{p, l_p}) / Σ_p w[l_p]      over pixels that are not void
///     ∂L/∂x_pc = w[l_p] · (softmax(x_p)_c − [c = l_p]) / Σ_p w[l_p]
///
/// Where every pixel is void the loss is 0 and so is its gradient.
///
/// - Parameters:
///   - logits: `[batch, classes, height, width]`.
///   - labels: `[batch, height, width]`.
///   - weights: one positive number per class; nil for 1.
/// - Returns: a scalar.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), l_mce of equation 1, as a mean.
public func crossEntropy(_ logits: Variable, _ labels: LabelBatch, weights: [Float]? = nil) -> Variable {
  let perClass = weights.map { Tensor([$0.count], $0) }
  let (loss, gradient) = logits.value.crossEntropy(labels, weights: perClass)
  return .result(Tensor(scalar: Float(loss)), of: [logits]) { dy, _ in
    // Mostly it is the loss itself that is differentiated.
    [dy.scalar == 1 ? gradient : gradient.scaled(by: dy.scalar)]
  }
}
