public import TesseraTensor

/// A transposed convolution with weights of its own.
public struct ConvTransposed2D: Sendable {
  /// `[in, out / groups, kernel height, kernel width]`.
  public let weight: ParameterKey
  /// `[out]`.
  public let bias: ParameterKey
  /// Of the convolution that is reversed.
  public let geometry: ConvolutionGeometry

  /// Claims `weight` and `bias`, which starts at 0.
  public init(_ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    weight = scope.parameter(
      "weight", [from, to / geometry.groups, geometry.kernel.height, geometry.kernel.width], .he(fanIn: from))
    bias = scope.parameter("bias", [to], .zeros)
  }

  /// `[batch, in, height, width]` to `[batch, out, …]` of the size that `geometry` came from.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    convolveTransposed(x, pass[weight], pass[bias], geometry)
  }
}
