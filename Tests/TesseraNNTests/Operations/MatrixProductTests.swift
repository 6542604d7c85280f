import TesseraNN
import TesseraTensor
import Testing

@Suite struct MatrixProductTests {
  static func reference(_ a: ReferenceMap, _ b: ReferenceMap) -> ReferenceMap {
    let (inner, columns) = (a.shape[1], b.shape[1])
    var y = ReferenceMap([a.shape[0], columns])
    for row in 0..<a.shape[0] {
      for column in 0..<columns {
        for k in 0..<inner {
          y.values[row * columns + column] += a.values[row * inner + k] * b.values[k * columns + column]
        }
      }
    }
    return y
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 2), (1, 17, 11), (4, 32, 16)])
  func agreesWithItsSum(_ rows: Int, _ inner: Int, _ columns: Int) throws {
    var generator = Generator(seed: 57, stream: "product")
    let inputs = [ReferenceMap.random([rows, inner], &generator), .random([inner, columns], &generator)]
    try expectAgreement(inputs) { v, _ in
      matrixProduct(v[0], v[1])
    } reference: {
      Self.reference($0[0], $0[1])
    }
  }
}
