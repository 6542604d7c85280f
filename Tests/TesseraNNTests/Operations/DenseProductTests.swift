import TesseraNN
import TesseraTensor
import Testing

@Suite struct DenseProductTests {
  static func reference(_ x: ReferenceMap, _ w: ReferenceMap, _ b: ReferenceMap?) -> ReferenceMap {
    var y = ReferenceMap([x.shape[0], w.shape[0]])
    let inner = x.shape[1]
    for row in 0..<x.shape[0] {
      for out in 0..<w.shape[0] {
        y.values[row * w.shape[0] + out] = (0..<inner).reduce(b?.values[out] ?? 0) {
          $0 + x.values[row * inner + $1] * w.values[out * inner + $1]
        }
      }
    }
    return y
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 2), (1, 17, 11), (4, 32, 16)], [true, false])
  func agreesWithItsSum(_ sizes: (rows: Int, from: Int, to: Int), _ hasBias: Bool) throws {
    var generator = Generator(seed: 27, stream: "\(sizes)")
    let inputs = [
      ReferenceMap.random([sizes.rows, sizes.from], &generator), .random([sizes.to, sizes.from], &generator),
      .random([sizes.to], &generator),
    ]
    try expectAgreement(Array(inputs.prefix(hasBias ? 3 : 2))) { v, _ in
      dense(v[0], v[1], hasBias ? v[2] : nil)
    } reference: {
      Self.reference($0[0], $0[1], hasBias ? $0[2] : nil)
    }
  }
}
