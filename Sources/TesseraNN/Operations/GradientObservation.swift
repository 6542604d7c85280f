import TesseraTensor

/// The Euclidean norm of the gradients that passed one place or several together, once gradients have been read.
public final class GradientNorm {
  fileprivate var squares = 0.0
  /// The norm; 0 before and where no gradient passed.
  public var value: Float { Float(squares.squareRoot()) }

  /// Starts with nothing seen.
  public init() {}
}

/// Passes a map on as it is and its gradient back as it is, which it adds to a norm.
///
/// Several terms of a loss that read one map each through its own observation are told apart by it.
public func observed(_ x: Variable, by norm: GradientNorm) -> Variable {
  .result(x.value, of: [x]) { dy, _ in
    norm.squares += dy.sumOfSquares()
    return [dy]
  }
}
