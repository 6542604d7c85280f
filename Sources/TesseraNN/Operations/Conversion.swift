public import TesseraTensor

/// Stores numbers in another precision; the gradient takes the way back.
///
/// - Parameter x: any shape.
/// - Returns: the shape of `x`, and `x` itself where it is stored so already.
public func convert(_ x: Variable, to precision: Precision) -> Variable {
  let old = x.value.precision
  guard old != precision else { return x }
  return .result(x.value.converted(to: precision), of: [x]) { dy, _ in [dy.converted(to: old)] }
}
