public import TesseraTensor

/// A convolution with weights of its own.
public struct Conv2D: Sendable {
  /// `[out, in / groups, kernel height, kernel width]`.
  public let weight: ParameterKey
  /// `[out]`, or none.
  public let bias: ParameterKey?
  /// Kernel, stride, padding, dilation and groups.
  public let geometry: ConvolutionGeometry

  /// Claims `weight`, and `bias` where there is one; both start by ``Initialization/inverseRoot(fanIn:)``.
  public init(_ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry, bias: Bool) {
    let shape: Shape = [to, from / geometry.groups, geometry.kernel.height, geometry.kernel.width]
    let initialization = Initialization.inverseRoot(fanIn: shape[1] * shape[2] * shape[3])
    self.geometry = geometry
    weight = scope.parameter("weight", shape, initialization)
    self.bias = bias ? scope.parameter("bias", [to], initialization) : nil
  }

  /// `[batch, in, height, width]` to `[batch, out, output height, output width]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    convolve(x, pass[weight], bias.map { pass[$0] }, geometry)
  }
}
