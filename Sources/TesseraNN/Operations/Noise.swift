import TesseraTensor

/// Adds Gaussian noise to every element; outside training x passes unchanged.
///
///     y = x + deviation · ε,   ε ~ N(0, 1);   dx = dy
///
/// - Parameters:
///   - x: any shape.
///   - deviation: standard deviation of the noise, at least 0.
///   - pass: says whether to disturb and where the noise comes from.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), the discriminator for MNIST in their code: 0.3 on the input, 0.5 on
/// hidden layers.
public func noise(_ x: Variable, deviation: Float, in pass: ForwardPass) -> Variable {
  precondition(deviation >= 0 && deviation.isFinite, "noise: deviation \(deviation)")
  guard case .training = pass.mode, deviation > 0 else { return x }
  let seed = pass.generator.next()
  return .result(x.value.addingNoise(deviation: deviation, seed: seed), of: [x]) { dy, _ in [dy] }
}
