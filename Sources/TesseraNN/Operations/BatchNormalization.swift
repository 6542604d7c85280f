import TesseraTensor

/// Normalises each channel by statistics, then scales and shifts it, and applies an activation where asked.
///
///     y = f(γ · (x − μ) / √(σ² + ε) + β)
///
/// With the batch's own statistics the pullback goes through them; given statistics are constants.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - scale: γ, `[channels]`.
///   - shift: β, `[channels]`.
///   - given: mean and biased variance, each `[channels]`; nil for the batch's own.
///   - epsilon: ε.
///   - activation: f, in the same pass over memory if it is a rectifier or a hard swish; nil for none.
/// - Returns: the normalised map, and the statistics that were used.
///
/// Source: Ioffe and Szegedy 2015 (arXiv:1502.03167), Algorithm 1 and the gradients after it.
func batchNormalize(
  _ x: Variable, scale: Variable, shift: Variable, given: BatchNormalization.Statistics?, epsilon: Float,
  activation: Activation?
) -> (output: Variable, statistics: BatchNormalization.Statistics) {
  let isIncluded = Activation.isFused(activation)
  let normalization = BatchNormalization(
    shape: x.shape, layout: x.value.layout, epsilon: epsilon, activation: isIncluded ? activation : nil,
    usesBatchStatistics: given == nil)
  let channels: Shape = [x.shape[1]]
  var statistics = given ?? BatchNormalization.Statistics(mean: .zeros(channels), variance: .zeros(channels))
  let input = x.value
  let (y, workspace) = normalization.forward(
    input, scale: scale.value, shift: shift.value, statistics: &statistics)
  let used = statistics
  let output = Variable.result(y, of: [x, scale, shift]) { dy, wanted in
    let (dscale, dshift) = normalization.gradients(
      input, replacing: &dy, scale: scale.value, shift: shift.value, statistics: used, workspace: workspace)
    return [wanted[0] ? dy : nil, wanted[1] ? dscale : nil, wanted[2] ? dshift : nil]
  }
  guard let activation, !isIncluded else { return (output, statistics) }
  return (activate(output, activation), statistics)
}
