import TesseraTensor

/// Turns logits into class probabilities over the channels.
///
///     y_c = e^{x_c} / Σ_k e^{x_k};   dx_c = y_c · (dy_c − Σ_k dy_k·y_k)
///
/// - Parameter x: `[batch, classes, height, width]`; shifting all logits of a pixel changes nothing.
/// - Returns: the shape of `x`; every pixel sums to 1.
public func softmax(_ x: Variable) -> Variable {
  let y = x.value.softmax()
  return .result(y, of: [x]) { dy, _ in [y.softmaxGradient(dy)] }
}
