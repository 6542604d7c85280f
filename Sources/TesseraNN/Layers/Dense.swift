import TesseraTensor

/// A matrix product with weights of its own.
public struct Dense: Sendable {
  /// `[out, in]`.
  public let weight: ParameterKey
  /// `[out]`.
  public let bias: ParameterKey

  /// Claims `weight` and `bias`; both start by ``Initialization/inverseRoot(fanIn:)``.
  public init(_ scope: ParameterScope, from: Int, to: Int) {
    let initialization = Initialization.inverseRoot(fanIn: from)
    weight = scope.parameter("weight", [to, from], initialization)
    bias = scope.parameter("bias", [to], initialization)
  }

  /// `[batch, in]` to `[batch, out]`.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    dense(x, pass[weight], pass[bias])
  }
}
