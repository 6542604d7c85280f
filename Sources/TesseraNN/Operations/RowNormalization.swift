import TesseraTensor

/// Gives each row of a matrix a length of its own.
///
///     w_o = g_o · v_o / ‖v_o‖
///     dg_o = dw_o · v_o / ‖v_o‖;   dv_o = g_o / ‖v_o‖ · (dw_o − dg_o · v_o / ‖v_o‖)
///
/// - Parameters:
///   - v: directions, `[rows, columns]`, none of them zero: such a row has no direction and becomes NaN.
///   - g: lengths, `[rows, 1]`.
/// - Returns: `[rows, columns]`.
///
/// Source: Salimans and Kingma 2016 (arXiv:1602.07868), equations 2 and 3.
public func normalizeRows(_ v: Variable, lengths g: Variable) -> Variable {
  let shape = v.shape
  precondition(
    shape.rank == 2 && g.shape == [shape[0], 1], "normalizeRows: rows \(shape) with lengths \(g.shape)")
  // A row is a channel, its columns are the pixels.
  let (map, perRow): (Shape, Shape) = ([1, shape[0], 1, shape[1]], [1, shape[0], 1, 1])
  let directions = v.value.reshaped(to: map)
  let inverses = directions.dottedOverPixels(directions).elements.map { 1 / $0.squareRoot() }
  let unit = directions.multipliedByChannel(Tensor(perRow, inverses))
  let lengths = g.value.reshaped(to: perRow)
  return .result(unit.multipliedByChannel(lengths).reshaped(to: shape), of: [v, g]) { dw, _ in
    let dw = dw.reshaped(to: map)
    let dg = dw.dottedOverPixels(unit)
    let across = dw.adding(unit.multipliedByChannel(dg.scaled(by: -1)))
    let factors = lengths.multiplied(by: Tensor(perRow, inverses))
    return [across.multipliedByChannel(factors).reshaped(to: shape), dg.reshaped(to: [shape[0], 1])]
  }
}
