import TesseraTensor

/// Multiplies rows by a matrix: y = x · Wᵀ + b; dx = dy · W, dW = dyᵀ · x, db = Σ_rows dy.
///
/// - Parameters:
///   - x: `[batch, in]`.
///   - weights: W, `[out, in]`.
///   - bias: b, `[out]`, or nil.
/// - Returns: `[batch, out]`.
public func dense(_ x: Variable, _ weights: Variable, _ bias: Variable?) -> Variable {
  precondition(
    x.shape.rank == 2 && weights.shape.rank == 2 && x.shape[1] == weights.shape[1],
    "dense: rows \(x.shape), weights \(weights.shape)")
  let (input, matrix) = (x.value, weights.value)
  let (rows, out) = (x.shape[0], weights.shape[0])
  var y = input.matrixProduct(matrix, otherTransposed: true)
  if let bias {
    precondition(bias.shape == [out], "dense: bias \(bias.shape) for \(out) outputs")
    y = y.reshaped(to: [rows, out, 1, 1]).addingByChannel(bias.value.repeated(batch: rows)).reshaped(to: [rows, out])
  }
  return .result(y, of: [x, weights] + (bias.map { [$0] } ?? [])) { dy, wanted in
    let dx = wanted[0] ? dy.matrixProduct(matrix) : nil
    let dw = wanted[1] ? dy.matrixProduct(input, transposed: true) : nil
    guard bias != nil else { return [dx, dw] }
    return [dx, dw, wanted[2] ? dy.reshaped(to: [rows, out, 1, 1]).summedOverBatch() : nil]
  }
}
