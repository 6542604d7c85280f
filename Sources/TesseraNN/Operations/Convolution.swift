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
  _ x: Variable, _ weights: Variable, _ bias: Variable?, _ geometry: ConvolutionGeometry, precision: Precision = .f32
) -> Variable {
  convolve([x], weights, bias, geometry, precision: precision)
}

/// Convolves a map that comes in parts, whose channels follow one another.
///
/// - Parameters:
///   - parts: maps of one batch and size, at least one.
///   - precision: how the input is read and the result is stored; products are summed in f32.
public func convolve(
  _ parts: [Variable], _ weights: Variable, _ bias: Variable?, _ geometry: ConvolutionGeometry,
  precision: Precision = .f32
) -> Variable {
  let channels = parts.map { $0.shape[1] }
  let first = parts[0].shape
  var passes = Set<ConvolutionPass>.inference
  if parts.contains(where: { $0.entry != nil }) { passes.insert(.inputGradient) }
  if weights.entry != nil || bias?.entry != nil { passes.insert(.weightGradient) }
  let convolution = Convolution(
    source: [first[0], channels.reduce(0, +), first[2], first[3]], weights: weights.shape, hasBias: bias != nil,
    geometry: geometry, precision: precision, parts: channels, passes: passes)
  parts[0].tape.convolutions?.append(
    ConvolutionRecord(
      shape: convolution.shape, parts: channels, passes: passes))
  // Converted once: the pullback reads the same copies.
  let inputs = parts.map { convolution.arranged($0.value) }
  let kernel = weights.value
  let own = parts.map { ($0.value.layout, $0.value.precision) }
  let y = convolution.forward(inputs, weights: kernel, bias: bias?.value)
  return .result(y, of: parts + [weights] + (bias.map { [$0] } ?? [])) { dy, wanted in
    let dy = dy.converted(to: convolution.plan.destination, precision)
    var gradients: [Tensor?] = parts.map { _ in nil }
    if wanted[..<parts.count].contains(true) {
      // What was given in another precision, such as probabilities, is differentiated in its own.
      gradients = zip(convolution.inputGradients(dy, weights: kernel, channels: channels), own).map { dx, own in
        dx.precision == own.1 ? dx : dx.converted(to: own.0, own.1)
      }
    }
    guard wanted[parts.count...].contains(true) else { return gradients + wanted[parts.count...].map { _ in nil } }
    let (dw, db) = convolution.weightGradients(inputs, dy, weights: kernel.shape)
    return gradients + (bias == nil ? [dw] : [dw, db])
  }
}
