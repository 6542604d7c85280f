public import TesseraTensor

/// Convolves backwards: the map that a convolution's input gradient would be for this output.
///
///     y[n, o, i·stride − pad + u·dilation, j·stride − pad + v·dilation] += w[c, o, u, v] · x[n, c, i, j];  y += b[o]
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - weights: `[channels, out / groups, kernel height, kernel width]`.
///   - bias: `[out]`, or nil.
///   - geometry: of the convolution that is reversed.
///   - outputPadding: rows and columns added after the map; below the stride.
/// - Returns: `[batch, out, (height − 1)·stride − 2·pad + dilation·(kernel − 1) + 1 + outputPadding, …]`.
/// - Precondition: the shapes fit.
public func convolveTransposed(
  _ x: Variable, _ weights: Variable, _ bias: Variable?, _ geometry: ConvolutionGeometry,
  outputPadding: ConvolutionGeometry.Extent = .init(0)
) -> Variable {
  precondition(
    x.shape.rank == 4 && weights.shape.rank == 4 && weights.shape[0] == x.shape[1],
    "convolveTransposed: weights \(weights.shape) do not fit map \(x.shape)")
  precondition(
    outputPadding.height < geometry.stride.height && outputPadding.width < geometry.stride.width,
    "convolveTransposed: output padding \(outputPadding) is not below stride \(geometry.stride)")
  let size = geometry.transposedSize(height: x.shape[2], width: x.shape[3])
  let out = weights.shape[1] * geometry.groups
  let target: Shape = [x.shape[0], out, size.height + outputPadding.height, size.width + outputPadding.width]
  var passes: Set<ConvolutionPass> = [.inputGradient]
  if x.entry != nil { passes.insert(.forward) }
  if weights.entry != nil { passes.insert(.weightGradient) }
  let convolution = Convolution(
    source: target, weights: weights.shape, hasBias: false, geometry: geometry, passes: passes)
  precondition(
    convolution.destination == x.shape,
    "convolveTransposed: \(geometry) makes \(convolution.destination), not \(x.shape), of \(target)")
  let input = x.value.converted(to: convolution.plan.destination)
  let kernel = weights.value
  var y = convolution.inputGradient(input, weights: kernel)
  if let bias { y = y.addingByChannel(bias.value.repeated(batch: target[0])) }
  return .result(y, of: [x, weights] + (bias.map { [$0] } ?? [])) { dy, wanted in
    let dx = wanted[0] ? convolution.forward(dy, weights: kernel, bias: nil) : nil
    let dw = wanted[1] ? convolution.weightGradients(dy, input, weights: kernel.shape).weights : nil
    guard bias != nil else { return [dx, dw] }
    return [dx, dw, wanted[2] ? dy.summedOverPixels().summedOverBatch() : nil]
  }
}
