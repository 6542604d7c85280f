public import TesseraTensor

/// Convolves a map with weights.
///
///     y[n, o, i, j] = b[o] + Σ_{c, u, v} w[o, c, u, v]
///                     · x[n, g(o) + c, i·stride − pad + u·dilation, j·stride − pad + v·dilation]
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`; outside it lie zeros.
///   - weights: `[out, channels / groups, kernel height, kernel width]`.
///   - bias: `[out]`, or nil.
///   - geometry: kernel, stride, padding, dilation and groups.
/// - Returns: `[batch, out, output height, output width]`.
/// - Precondition: the shapes fit, and the window fits the padded map.
public func convolve(
  _ x: Variable, _ weights: Variable, _ bias: Variable?, _ geometry: ConvolutionGeometry
) -> Variable {
  let convolution = Convolution(
    source: x.shape, weights: weights.shape, hasBias: bias != nil, geometry: geometry)
  // Converted once: the pullback reads the same copy.
  let input = x.value.converted(to: convolution.plan.source)
  let kernel = weights.value
  let y = convolution.forward(input, weights: kernel, bias: bias?.value)
  return .result(y, of: [x, weights] + (bias.map { [$0] } ?? [])) { dy, wanted in
    let dy = dy.converted(to: convolution.plan.destination)
    let dx = wanted[0] ? convolution.inputGradient(dy, weights: kernel) : nil
    guard wanted.dropFirst().contains(true) else { return [dx] + wanted.dropFirst().map { _ in nil } }
    let (dw, db) = convolution.weightGradients(input, dy, weights: kernel.shape)
    return bias == nil ? [dx, dw] : [dx, dw, db]
  }
}
