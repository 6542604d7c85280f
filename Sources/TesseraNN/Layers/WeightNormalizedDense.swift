import TesseraTensor

/// A matrix product whose weights are stored as directions and lengths: w_o = g_o · v_o / ‖v_o‖.
///
/// What a step changes about the direction does not depend on the length, so that rates suit all layers.
///
/// Source: Salimans and Kingma 2016 (arXiv:1602.07868), section 2.
public struct WeightNormalizedDense: Sendable {
  /// v, `[out, in]`.
  public let direction: ParameterKey
  /// g, `[out, 1]`.
  public let length: ParameterKey
  /// `[out]`.
  public let bias: ParameterKey

  /// Claims `weight_v`, which starts by ``Initialization/inverseRoot(fanIn:)``, `weight_g` of ones and `bias` of zeros.
  public init(_ scope: ParameterScope, from: Int, to: Int) {
    direction = scope.parameter("weight_v", [to, from], .inverseRoot(fanIn: from))
    length = scope.parameter("weight_g", [to, 1], .ones)
    bias = scope.parameter("bias", [to], .zeros)
  }

  /// `[batch, in]` to `[batch, out]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    dense(x, normalizeRows(pass[direction], lengths: pass[length]), pass[bias])
  }
}
