public import TesseraTensor

/// Applies a function to every element: y = f(x), dx = dy · f′(x).
///
/// At a kink the derivative is that of the flatter side, as 0 for a rectifier at 0.
///
/// - Parameters:
///   - x: any shape.
///   - function: f.
/// - Returns: the shape of `x`.
public func activate(_ x: Variable, _ function: Activation) -> Variable {
  let input = x.value
  return .result(input.activated(by: function), of: [x]) { dy, _ in [input.activationGradient(of: function, dy)] }
}

/// max(x, 0).
public func relu(_ x: Variable) -> Variable { activate(x, .relu) }
