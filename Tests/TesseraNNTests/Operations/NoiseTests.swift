import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct NoiseTests {
  static let training = Mode.training(recordsStatistics: false)

  static func draw(_ count: Int, deviation: Float = 1) -> [Double] {
    evaluate(noParameters(), mode: training) { pass in
      noise(pass.constant(.zeros([count])), deviation: deviation, in: pass).value.elements.map(Double.init)
    }
  }

  /// Moments of the normal distribution: 0, 1, 0 and 3, each within five standard deviations.
  @Test(arguments: [Float(1), 0.3]) func isNormal(_ deviation: Float) {
    let count = 100_000
    let x = Self.draw(count, deviation: deviation).map { $0 / Double(deviation) }
    let spreads = [1.0, 2, 15, 96].map { 5 * ($0 / Double(count)).squareRoot() }
    var (moments, powers) = ([Double](), x)
    for _ in 1...4 {
      moments.append(powers.reduce(0, +) / Double(count))
      powers = zip(powers, x).map { $0 * $1 }
    }
    for (index, expected) in [0.0, 1, 0, 3].enumerated() {
      #expect(abs(moments[index] - expected) < spreads[index], "moment \(index + 1)")
    }
  }

  /// Neighbours come from one pair of uniform numbers.
  @Test(arguments: [1, 2, 16]) func neighboursAreIndependent(_ distance: Int) {
    let x = Self.draw(100_000)
    let product = (0..<x.count - distance).reduce(0.0) { $0 + x[$1] * x[$1 + distance] }
    #expect(abs(product) < 5 * Double(x.count).squareRoot())
  }

  /// An odd number of elements; gradients pass unchanged, in every layout.
  @Test(arguments: LayoutPair.mixed.map(\.input)) func addsAndPassesGradientsOn(_ layout: Layout) throws {
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [1, 3, 5, 7], .ones) }
    let result = valueAndGradients(of: values, mode: Self.training, generator: Generator(seed: 3, stream: "noise")) {
      pass in
      let y = noise(relaid(pass[key], in: layout), deviation: 0.1, in: pass)
      return (sum(y * y), (y.value.elements, y.value.layout))
    }
    #expect(result.output.1 == layout)
    #expect(result.gradients.tensors[0].elements == result.output.0.map { 2 * $0 })
    #expect(Set(result.output.0).count == 105 && result.output.0.allSatisfy { abs($0 - 1) < 0.6 })
  }

  @Test func everyUseHasNumbersOfItsOwn() {
    let (first, second) = evaluate(noParameters(), mode: Self.training) { pass in
      let x = pass.constant(.zeros([100]))
      return (noise(x, deviation: 1, in: pass).value.elements, noise(x, deviation: 1, in: pass).value.elements)
    }
    #expect(first != second)
  }

  @Test func threadsChangeNoBit() {
    let before = ComputeThreads.count
    defer { ComputeThreads.prepare(count: before) }
    let results = [1, 2].map { count in
      ComputeThreads.prepare(count: count)
      return Self.draw(10_001)
    }
    #expect(results[0] == results[1])
  }

  @Test func inUseAndWithoutDeviationNothingIsAdded() {
    let x = Tensor([4], [1, 2, 3, 4])
    for (mode, deviation) in [(Mode.inference, Float(1)), (.calibration(batch: 0), 1), (Self.training, 0)] {
      let y = evaluate(noParameters(), mode: mode) {
        noise($0.constant(x), deviation: deviation, in: $0).value.elements
      }
      #expect(y == x.elements)
    }
  }
}
