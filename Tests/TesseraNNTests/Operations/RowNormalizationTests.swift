import TesseraNN
import TesseraTensor
import Testing

@Suite struct RowNormalizationTests {
  static func reference(_ v: ReferenceMap, lengths: ReferenceMap) -> ReferenceMap {
    let columns = v.shape[1]
    var w = v
    for row in 0..<v.shape[0] {
      let range = row * columns..<(row + 1) * columns
      let norm = v.values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for k in range { w.values[k] = lengths.values[row] * v.values[k] / norm }
    }
    return w
  }

  @Test(arguments: [(1, 1), (3, 5), (17, 2), (4, 33)])
  func agreesWithItsFormula(_ rows: Int, _ columns: Int) throws {
    var generator = Generator(seed: 60, stream: "\(rows) \(columns)")
    let inputs = [ReferenceMap.random([rows, columns], &generator), .random([rows, 1], &generator)]
    try expectAgreement(inputs) { v, _ in
      normalizeRows(v[0], lengths: v[1])
    } reference: {
      Self.reference($0[0], lengths: $0[1])
    }
  }

  @Test func rowsHaveTheirLengths() {
    let w = evaluate(noParameters()) { pass in
      normalizeRows(pass.constant(Tensor([2, 2], [3, 4, 0, -2])), lengths: pass.constant(Tensor([2, 1], [10, -1])))
        .value.elements
    }
    #expect(zip(w, [6, 8, 0, 1] as [Float]).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
