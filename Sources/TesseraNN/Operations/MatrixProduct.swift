import TesseraTensor

/// Multiplies two matrices: y = a · b; da = dy · bᵀ, db = aᵀ · dy.
///
/// - Parameters:
///   - a: `[rows, inner]`.
///   - b: `[inner, columns]`.
/// - Returns: `[rows, columns]`.
/// - Precondition: the inner sizes are equal.
public func matrixProduct(_ a: Variable, _ b: Variable) -> Variable {
  let (left, right) = (a.value, b.value)
  return .result(left.matrixProduct(right), of: [a, b]) { dy, wanted in
    [
      wanted[0] ? dy.matrixProduct(right, otherTransposed: true) : nil,
      wanted[1] ? left.matrixProduct(dy, transposed: true) : nil,
    ]
  }
}
