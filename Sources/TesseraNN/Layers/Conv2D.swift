public import TesseraTensor

/// A convolution with weights of its own.
public struct Conv2D: Sendable {
  /// `[out, in / groups, kernel height, kernel width]`.
  public let weight: ParameterKey
  /// `[out]`, or none.
  public let bias: ParameterKey?
  /// Kernel, stride, padding, dilation and groups.
  public let geometry: ConvolutionGeometry

  /// Claims `weight`, and `bias` where there is one.
  ///
  /// - Parameters:
  ///   - initialization: of the weights; nil for ``Initialization/he(fanIn:)``. A bias starts at 0.
  public init(
    _ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry, bias: Bool,
    initialization: Initialization? = nil
  ) {
    let fanIn = from / geometry.groups * geometry.kernel.height * geometry.kernel.width
    self.geometry = geometry
    weight = scope.parameter(
      "weight", [to, from / geometry.groups, geometry.kernel.height, geometry.kernel.width],
      initialization ?? .he(fanIn: fanIn))
    self.bias = bias ? scope.parameter("bias", [to], .zeros) : nil
  }

  /// `[batch, in, height, width]` to `[batch, out, output height, output width]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    convolve(x, pass[weight], bias.map { pass[$0] }, geometry)
  }
}
