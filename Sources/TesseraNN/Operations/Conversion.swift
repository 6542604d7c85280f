public import TesseraTensor

/// Stores numbers in another layout and precision, in one pass; the gradient takes the way back.
///
/// - Parameter x: any shape.
/// - Returns: the shape of `x`, and `x` itself where it is stored so already.
public func convert(_ x: Variable, to layout: Layout, _ precision: Precision) -> Variable {
  let old = (layout: x.value.layout, precision: x.value.precision)
  guard old != (layout, precision) else { return x }
  return .result(x.value.converted(to: layout, precision), of: [x]) { dy, _ in
    [dy.converted(to: old.layout, old.precision)]
  }
}
