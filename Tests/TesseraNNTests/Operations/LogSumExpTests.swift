import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LogSumExpTests {
  static func reference(_ x: ReferenceMap) -> ReferenceMap {
    let (pixels, classes) = (x.shape.dropFirst(2).reduce(1, *), x.shape[1])
    var shape = x.shape
    shape[1] = 1
    var y = ReferenceMap(shape)
    for place in y.values.indices {
      let first = place / pixels * classes * pixels + place % pixels
      y.values[place] = log((0..<classes).reduce(0.0) { $0 + exp(x.values[first + $1 * pixels]) })
    }
    return y
  }

  @Test(arguments: [[2, 11, 3, 4], [1, 1, 2, 2], [1, 16, 5, 1], [4, 10], [1, 1], [2, 3, 13, 11]])
  func agreesWithItsFormula(_ shape: [Int]) throws {
    var generator = Generator(seed: 56, stream: "\(shape)")
    let x = ReferenceMap.random(shape, bound: 4, &generator)
    try expectAgreement([x]) { v, _ in
      logSumExp(v[0])
    } reference: {
      Self.reference($0[0])
    }
  }

  @Test func neitherOverflowsNorVanishes() {
    let y = evaluate(noParameters()) { pass in
      logSumExp(pass.constant(Tensor([3, 2], [1e30, 1e30, -1e30, -1e30, 1e4, -1e4]))).value.elements
    }
    #expect(y == [1e30, -1e30, 1e4])
  }

  @Test func notANumberPassesThrough() {
    let y = evaluate(noParameters()) { logSumExp($0.constant(Tensor([1, 3], [0, .nan, 1]))).value.scalar }
    #expect(y.isNaN)
  }
}
