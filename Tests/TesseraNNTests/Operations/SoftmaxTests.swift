import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct SoftmaxTests {
  static func reference(_ x: ReferenceMap) -> ReferenceMap {
    var y = x
    for n in 0..<x.shape[0] {
      for i in 0..<x.shape[2] {
        for j in 0..<x.shape[3] {
          let logits = (0..<x.shape[1]).map { x[n, $0, i, j] }
          let largest = logits.max() ?? 0
          let sum = logits.reduce(0) { $0 + exp($1 - largest) }
          for c in 0..<x.shape[1] { y[n, c, i, j] = exp(logits[c] - largest) / sum }
        }
      }
    }
    return y
  }

  /// The last is longer than one of the kernel's tiles.
  @Test(arguments: [[2, 11, 3, 4], [1, 1, 2, 2], [1, 16, 1, 5], [3, 2, 1, 1], [1, 3, 11, 13]])
  func agreesWithItsFormula(_ shape: [Int]) throws {
    var generator = Generator(seed: 28, stream: "\(shape)")
    try expectAgreement([.random(shape, bound: 4, &generator)]) { v, _ in
      softmax(v[0])
    } reference: {
      Self.reference($0[0])
    }
  }

  @Test func everyPixelSumsToOne() {
    var generator = Generator(seed: 29, stream: "sums")
    let x = ReferenceMap.random([1, 11, 13, 17], bound: 50, &generator).tensor
    let y = evaluate(noParameters()) { pass in softmax(pass.constant(x)).value.elements }
    for pixel in 0..<13 * 17 {
      let total = (0..<11).reduce(0.0) { $0 + Double(y[$1 * 13 * 17 + pixel]) }
      #expect(abs(total - 1) < 1e-6)
    }
  }

  @Test func hugeLogitsAreNoTrouble() {
    let x = Tensor([1, 3, 1, 2], [1e30, -1000, 0, 0, -1e30, 1000])
    let y = evaluate(noParameters()) { pass in softmax(pass.constant(x)).value.elements }
    #expect(y.allSatisfy { $0.isFinite })
    #expect(y[0] == 1 && y[5] == 1 && y[1] < 1e-37 && y[2] < 1e-37)
  }
}
