import Testing

@testable import TesseraTensor

/// The convolution on tiles against oneDNN's, product by product.
@Suite struct WinogradTests {
  struct Case: Sendable, CustomStringConvertible {
    let source: Shape
    let outputs: Int
    var description: String { "\(source) to \(outputs)" }
  }

  static let cases = [
    Case(source: [1, 16, 8, 8], outputs: 16), Case(source: [2, 32, 13, 9], outputs: 48),
    Case(source: [1, 48, 1, 17], outputs: 32), Case(source: [3, 17, 5, 6], outputs: 11),
    Case(source: [2, 5, 1, 1], outputs: 33), Case(source: [4, 64, 31, 30], outputs: 80),
    Case(source: [1, 160, 45, 61], outputs: 96),
  ]

  static let plans = (
    winograd: ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked),
    direct: ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
  )

  struct Passes {
    let names = ["forward", "input gradient", "weight gradient", "bias gradient"]
    let results: [Tensor]

    init(_ c: Case, _ plan: ConvolutionPlan, precision: Precision = .f32, rounds: Bool = false, hasBias: Bool = true) {
      let weights: Shape = [c.outputs, c.source[1], 3, 3]
      func map(_ shape: Shape, _ seed: UInt64) -> Tensor {
        let map = Tensor.random(shape, seed: seed)
        return rounds ? map.converted(to: .bf16).converted(to: .f32) : map
      }
      let x = map(c.source, 1)
      let dy = map([c.source[0], c.outputs, c.source[2], c.source[3]], 3)
      let (w, b) = (Tensor.random(weights, seed: 2), Tensor.random([c.outputs], seed: 4))
      let convolution = Convolution(
        source: c.source, weights: weights, hasBias: true, geometry: .same(kernel: 3), precision: precision, plan: plan)
      let (dw, db) = convolution.weightGradients(x, dy, weights: weights)
      results = [
        convolution.forward(x, weights: w, bias: b), convolution.inputGradient(dy, weights: w), dw,
        db ?? .zeros([c.outputs]),
      ]
    }
  }

  @Test(arguments: cases) func agreesWithDirect(_ c: Case) {
    let (tiles, products) = (Passes(c, Self.plans.winograd), Passes(c, Self.plans.direct))
    for (name, (found, expected)) in zip(tiles.names, zip(tiles.results, products.results)) {
      #expect(found.deviation(from: expected) < 5e-5, "\(name)")
    }
  }

  /// Maps are rounded when they are stored; everything between is f32.
  @Test(arguments: cases) func halvesAreRoundedOnce(_ c: Case) {
    let halves = Passes(c, Self.plans.winograd, precision: .bf16)
    let products = Passes(c, Self.plans.direct, rounds: true)
    #expect(halves.results.prefix(2).allSatisfy { $0.precision == .bf16 })
    #expect(halves.results.suffix(2).allSatisfy { $0.precision == .f32 })
    for (found, expected) in zip(halves.results, products.results) {
      #expect(found.deviation(from: expected) < (found.precision == .bf16 ? 0x1p-8 : 5e-5))
    }
  }

  @Test func paddingStaysZero() {
    let y = Passes(Case(source: [2, 17, 5, 6], outputs: 11), Self.plans.winograd).results[0]
    let lanes = (0..<y.storedCount).filter { $0 % 16 >= 11 }
    #expect(y.layout == .blocked && lanes.allSatisfy { y.pointer[$0] == 0 })
  }

  /// Two maps side by side are as good as one, where a block ends between them and where not.
  @Test(arguments: [(32, 16), (16, 21), (16, 48), (5, 11)]) func readsParts(_ first: Int, _ second: Int) {
    let (a, b) = (Tensor.random([2, first, 9, 14]), Tensor.random([2, second, 9, 14]))
    let weights: Shape = [32, first + second, 3, 3]
    let w = Tensor.random(weights)
    let dy = Tensor.random([2, 32, 9, 14], seed: 5)
    let convolution = Convolution(
      source: [2, first + second, 9, 14], weights: weights, hasBias: false, geometry: .same(kernel: 3),
      plan: Self.plans.winograd)
    let whole = Tensor.concatenatingChannels([a, b])
    #expect(
      convolution.forward([a, b], weights: w, bias: nil).elements
        == convolution.forward(whole, weights: w, bias: nil).elements)
    #expect(
      convolution.weightGradients([a, b], dy, weights: weights).weights.elements
        == convolution.weightGradients(whole, dy, weights: weights).weights.elements)
    let dx = convolution.inputGradient(dy, weights: w)
    let parts = convolution.inputGradients(dy, weights: w, channels: [first, second])
    #expect(parts.map(\.shape) == [a.shape, b.shape])
    #expect(parts[0].elements == dx.channels(0..<first).elements)
    #expect(parts[1].elements == dx.channels(first..<first + second).elements)
  }

  @Test func nothingFiniteHidesWhatIsNot() {
    var numbers = [Float](repeating: 1, count: 16 * 8 * 8)
    numbers[100] = .nan
    let convolution = Convolution(
      source: [1, 16, 8, 8], weights: [16, 16, 3, 3], hasBias: false, geometry: .same(kernel: 3),
      plan: Self.plans.winograd)
    let y = convolution.forward(Tensor([1, 16, 8, 8], numbers), weights: .random([16, 16, 3, 3]), bias: nil)
    #expect(y.nonfiniteCount() > 0)
  }
}
