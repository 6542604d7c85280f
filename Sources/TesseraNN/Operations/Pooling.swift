public import TesseraTensor

/// Takes the largest value under a window; the gradient goes to the place it came from.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - geometry: kernel, stride and padding; padding never wins.
/// - Returns: `[batch, channels, output height, output width]`.
public func maxPool(_ x: Variable, _ geometry: ConvolutionGeometry) -> Variable {
  pool(x, .max, geometry)
}

/// Takes the mean under a window; the gradient is shared evenly.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - geometry: kernel, stride and padding.
///   - countsPadding: whether padding counts as zeros in the mean, as PyTorch has it, or not at all.
/// - Returns: `[batch, channels, output height, output width]`.
public func averagePool(_ x: Variable, _ geometry: ConvolutionGeometry, countsPadding: Bool = false) -> Variable {
  pool(x, countsPadding ? .averageWithPadding : .average, geometry)
}

private func pool(_ x: Variable, _ kind: PoolingKind, _ geometry: ConvolutionGeometry) -> Variable {
  let pooling = Pooling(kind, source: x.shape, layout: x.value.layout, geometry: geometry)
  let (y, workspace) = pooling.forward(x.value)
  return .result(y, of: [x]) { dy, _ in [pooling.inputGradient(dy, workspace: workspace)] }
}

/// Takes the mean of every channel: y[n, c] = Σ_{i, j} x[n, c, i, j] / (height · width).
///
/// - Parameter x: `[batch, channels, height, width]`, at least one pixel.
/// - Returns: `[batch, channels, 1, 1]`.
public func globalAveragePool(_ x: Variable) -> Variable {
  precondition(x.shape.rank == 4 && x.shape[2] * x.shape[3] > 0, "globalAveragePool: map \(x.shape)")
  let (shape, layout, precision) = (x.shape, x.value.layout, x.value.precision)
  let share = 1 / Float(shape[2] * shape[3])
  return .result(
    x.value.summedOverPixels().scaled(by: share), of: [x],
    terms: { dy, _ in
      [
        .uniform(
          perChannel: dy.scaled(by: share), height: shape[2], width: shape[3], layout: layout, precision: precision)
      ]
    })
}
