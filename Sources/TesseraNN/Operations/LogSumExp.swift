import TesseraTensor

/// Takes the logarithm of the sum of exponentials over the classes, without overflow.
///
///     y = ln Σ_k e^{x_k} = m + ln Σ_k e^{x_k − m},   m = max_k x_k;   dx_k = dy · softmax(x)_k
///
/// - Parameter x: `[batch, classes]` or `[batch, classes, height, width]`, at least one class.
/// - Returns: `[batch, 1]` or `[batch, 1, height, width]`.
public func logSumExp(_ x: Variable) -> Variable {
  let shape = x.shape
  let (value, probabilities) = x.value.reshaped(to: classMapShape(shape, "logSumExp")).logSumExp()
  let rank = shape.rank
  return .result(rank == 2 ? value.reshaped(to: [shape[0], 1]) : value, of: [x]) { dy, _ in
    [probabilities.multipliedByPixel(dy.reshaped(to: value.shape)).reshaped(to: shape)]
  }
}

/// The shape of scores as a map, where samples without height and width are maps of one pixel.
///
/// - Precondition: two axes, or four, and at least one class.
func classMapShape(_ shape: Shape, _ operation: String) -> Shape {
  precondition(
    (shape.rank == 2 || shape.rank == 4) && shape[1] >= 1,
    "\(operation): scores are [batch, classes] or [batch, classes, height, width], not \(shape)")
  return shape.rank == 2 ? [shape[0], shape[1], 1, 1] : shape
}
