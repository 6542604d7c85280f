import CTesseraBLAS

extension Tensor {
  /// The matrix product op(A) op(B), where op transposes as its flag says.
  ///
  /// - Precondition: both have two axes and the inner sizes are equal.
  package func matrixProduct(_ other: Tensor, transposed: Bool = false, otherTransposed: Bool = false) -> Tensor {
    precondition(shape.rank == 2 && other.shape.rank == 2, "matrixProduct: shapes \(shape) and \(other.shape)")
    let rows = transposed ? shape[1] : shape[0]
    let inner = transposed ? shape[0] : shape[1]
    let columns = otherTransposed ? other.shape[0] : other.shape[1]
    precondition(
      inner == (otherTransposed ? other.shape[1] : other.shape[0]),
      "matrixProduct: inner sizes of \(shape) and \(other.shape) differ")
    var result = Tensor(uninitialized: [rows, columns])
    guard result.shape.count > 0 && inner > 0 else { return .zeros(result.shape) }
    tessera_gemm(
      transposed ? 1 : 0, otherTransposed ? 1 : 0, Int32(rows), Int32(columns), Int32(inner), 1, pointer, other.pointer,
      0, result.mutablePointer)
    return result
  }
}
