public import TesseraTensor

/// A convolution with weights of its own.
public struct Conv2D: Sendable {
  /// The numbers that a convolution starts with.
  public enum Start: Hashable, Sendable {
    /// Weights and bias by ``Initialization/inverseRoot(fanIn:)``.
    case inverseRoot
    /// Weights by ``Initialization/he(fan:)`` of the fan-out, no bias.
    ///
    /// The fan-out counts every output channel, as PyTorch has it: groups do not lessen it.
    case heFanOut
    /// Weights by ``Initialization/identity``, no bias.
    case identity
  }

  /// `[out, in / groups, kernel height, kernel width]`.
  public let weight: ParameterKey
  /// `[out]`, or none.
  public let bias: ParameterKey?
  /// Kernel, stride, padding, dilation and groups.
  public let geometry: ConvolutionGeometry

  /// Claims `weight`, and `bias` where there is one.
  public init(
    _ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry, bias: Bool,
    start: Start = .inverseRoot
  ) {
    let shape: Shape = [to, from / geometry.groups, geometry.kernel.height, geometry.kernel.width]
    let area = shape[2] * shape[3]
    let (weights, biases): (Initialization, Initialization) =
      switch start {
      case .inverseRoot: (.inverseRoot(fanIn: shape[1] * area), .inverseRoot(fanIn: shape[1] * area))
      case .heFanOut: (.he(fan: to * area), .zeros)
      case .identity: (.identity, .zeros)
      }
    self.geometry = geometry
    weight = scope.parameter("weight", shape, weights)
    self.bias = bias ? scope.parameter("bias", [to], biases) : nil
  }

  /// `[batch, in, height, width]` to `[batch, out, output height, output width]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable { callAsFunction([x], in: pass) }

  /// As of one map whose channels are those of all parts, one part after another.
  public func callAsFunction(_ parts: [Variable], in pass: ForwardPass) -> Variable {
    pass.prepared?.convolve(parts, self, nil, in: pass)
      ?? convolve(parts, pass[weight], bias.map { pass[$0] }, geometry, precision: pass.precision)
  }
}
