public import TesseraTensor

/// Cross-entropy of logits with the uniform distribution: what a generated sample is worth that belongs to no class.
///
///     L = Σ_p w_p · (ln Σ_k e^{x_pk} − 1/K · Σ_k x_pk) / Σ_p w_p
///     ∂L/∂x_pc = w_p · (softmax(x_p)_c − 1/K) / Σ_p w_p
///
/// Over a batch with true and generated samples, the paper's loss is the mean of this one over the generated and
/// ``crossEntropy(_:_:weights:)`` over the others, each times its share of the batch. The least loss is ln K.
/// Where all weights are 0 the loss is 0 and so is its gradient.
///
/// - Parameters:
///   - logits: `[batch, K]` or `[batch, K, height, width]`.
///   - weights: at least 0, `[batch, 1]` or `[batch, 1, height, width]`; nil for 1.
/// - Returns: a scalar.
///
/// Source: Zheng et al. 2017 (arXiv:1701.07717), label smoothing regularisation for outliers.
public func uniformCrossEntropy(_ logits: Variable, weights: Tensor? = nil) -> Variable {
  let shape = logits.shape
  let map = classMapShape(shape, "uniformCrossEntropy")
  let places: Shape = [map[0], 1, map[2], map[3]]
  precondition(places.count > 0, "uniformCrossEntropy: no logits")
  let perPlace = weights.map { weights in
    precondition(
      weights.shape.rank == shape.rank && weights.shape.count == places.count,
      "uniformCrossEntropy: logits \(shape), weights \(weights.shape)")
    return weights.reshaped(to: places)
  }
  let (loss, gradient) = logits.value.reshaped(to: map).uniformCrossEntropy(weights: perPlace)
  let weight = perPlace?.total() ?? Double(places.count)
  let share = weight > 0 ? 1 / weight : 0
  return .result(Tensor(scalar: Float(loss * share)), of: [logits]) { dy, _ in
    [gradient.scaled(by: Float(share) * dy.scalar).reshaped(to: shape)]
  }
}
