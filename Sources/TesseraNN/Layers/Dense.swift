import TesseraTensor

/// A matrix product with weights of its own.
public struct Dense: Sendable {
  /// `[out, in]`.
  public let weight: ParameterKey
  /// `[out]`.
  public let bias: ParameterKey

  /// Claims `weight` and `bias`, which starts at 0.
  public init(_ scope: ParameterScope, from: Int, to: Int, initialization: Initialization? = nil) {
    weight = scope.parameter("weight", [to, from], initialization ?? .he(fanIn: from))
    bias = scope.parameter("bias", [to], .zeros)
  }

  /// `[batch, in]` to `[batch, out]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    dense(x, pass[weight], pass[bias])
  }
}
