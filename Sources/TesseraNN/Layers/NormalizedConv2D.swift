public import TesseraTensor

/// A convolution without bias, batch normalisation and, where there is one, an activation.
///
/// In use the three are one pass: a convolution by w · γ / √(σ² + ε) with the bias β − μ · γ / √(σ² + ε).
/// Source: Jacob et al. 2018 (arXiv:1712.05877), section 3.2.
public struct NormalizedConv2D: Sendable {
  /// The convolution.
  public let convolution: Conv2D
  /// The normalisation, with the activation that follows it.
  public let norm: BatchNorm2D

  /// Claims `0`, the convolution, and `1`, the normalisation.
  public init(
    _ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry, _ activation: Activation?,
    start: Conv2D.Start = .inverseRoot, epsilon: Float = 1e-5, momentum: Float = 0.1
  ) {
    self.init(
      Conv2D(scope[0], from: from, to: to, geometry, bias: false, start: start),
      BatchNorm2D(scope[1], channels: to, activation: activation, epsilon: epsilon, momentum: momentum))
  }

  private init(_ convolution: Conv2D, _ norm: BatchNorm2D) {
    self.convolution = convolution
    self.norm = norm
  }

  /// `[batch, in, height, width]` to `[batch, out, output height, output width]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable { callAsFunction([x], in: pass) }

  /// As of one map whose channels are those of all parts, one part after another.
  public func callAsFunction(_ parts: [Variable], in pass: ForwardPass) -> Variable {
    pass.prepared?.convolve(parts, convolution, norm, in: pass) ?? norm(convolution(parts, in: pass), in: pass)
  }
}
