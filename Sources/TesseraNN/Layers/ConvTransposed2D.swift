public import TesseraTensor

/// A transposed convolution with weights of its own.
public struct ConvTransposed2D: Sendable {
  /// `[in, out / groups, kernel height, kernel width]`.
  public let weight: ParameterKey
  /// `[out]`.
  public let bias: ParameterKey
  /// Of the convolution that is reversed.
  public let geometry: ConvolutionGeometry

  /// Claims `weight` and `bias`; both start by ``Initialization/inverseRoot(fanIn:)`` of the reversed convolution.
  public init(_ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry) {
    let shape: Shape = [from, to / geometry.groups, geometry.kernel.height, geometry.kernel.width]
    let initialization = Initialization.inverseRoot(fanIn: shape[1] * shape[2] * shape[3])
    self.geometry = geometry
    weight = scope.parameter("weight", shape, initialization)
    bias = scope.parameter("bias", [to], initialization)
  }

  /// `[batch, in, height, width]` to `[batch, out, …]` of the size that `geometry` came from.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    convolveTransposed(x, pass[weight], pass[bias], geometry)
  }
}
