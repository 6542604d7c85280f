import TesseraTensor

/// The Euclidean norm of the gradient that passed a place, once gradients have been read.
public final class GradientNorm {
  /// The norm; 0 before and where no gradient passed.
  public fileprivate(set) var value: Float = 0

  /// Starts with nothing seen.
  public init() {}
}

/// Passes a map on as it is and its gradient back as it is, whose norm it notes.
///
/// Several terms of a loss that read one map each through its own observation are told apart by it.
public func observed(_ x: Variable, by norm: GradientNorm) -> Variable {
  .result(x.value, of: [x]) { dy, _ in
    norm.value = Float(dy.sumOfSquares().squareRoot())
    return [dy]
  }
}
