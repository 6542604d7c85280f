import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct FeatureMatchingTests {
  static func means(_ x: ReferenceMap) -> [Double] {
    let pixels = x.shape.dropFirst(2).reduce(1, *)
    var result = [Double](repeating: 0, count: x.shape[1])
    for (k, value) in x.values.enumerated() {
      result[k / pixels % x.shape[1]] += value / Double(x.shape[0] * pixels)
    }
    return result
  }

  static func reference(_ f: ReferenceMap, _ g: ReferenceMap, _ distance: FeatureDistance) -> ReferenceMap {
    let differences = zip(means(f), means(g)).map { $0 - $1 }
    switch distance {
    case .squared: return ReferenceMap([], [differences.reduce(0) { $0 + $1 * $1 }])
    case .meanAbsolute:
      return ReferenceMap([], [differences.reduce(0) { $0 + abs($1) } / Double(differences.count)])
    }
  }

  /// Batches and sizes of the two differ; odd sizes, one pixel, one sample, rows.
  @Test(
    arguments: [
      ([2, 5, 3, 4], [3, 5, 1, 7]), ([1, 17, 1, 1], [1, 17, 2, 2]), ([4, 32, 2, 3], [4, 32, 2, 3]),
      ([3, 6], [5, 6]), ([1, 1], [1, 1]),
    ], [FeatureDistance.squared, .meanAbsolute])
  func agreesWithItsFormula(_ shapes: ([Int], [Int]), _ distance: FeatureDistance) throws {
    var generator = Generator(seed: 50, stream: "\(shapes)")
    let f = ReferenceMap.random(shapes.0, &generator).mapped { Double(Float($0 + 0.5)) }
    let inputs = [f, ReferenceMap.random(shapes.1, &generator)]
    try expectAgreement(inputs) { v, _ in
      featureMatching(v[0], v[1], distance)
    } reference: {
      Self.reference($0[0], $0[1], distance)
    }
  }

  @Test(arguments: [FeatureDistance.squared, .meanAbsolute])
  func equalMeansAreTheMinimum(_ distance: FeatureDistance) throws {
    let f = Tensor([2, 2], [1, 2, 3, 4])
    let (key, values) = try build(from: .stored(["f": f])) { $0.parameter("f", [2, 2], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (featureMatching(pass[key], pass.constant(Tensor([1, 2], [2, 3])), distance), ())
    }
    #expect(result.value == 0)
    #expect(result.gradients.tensors[0].elements == [0, 0, 0, 0])
  }

  /// Hidden maps may be bf16: their means are f32, and their gradient is bf16 again.
  @Test func halvesAreSummedInFull() throws {
    var generator = Generator(seed: 71, stream: "halves")
    let f = ReferenceMap(ReferenceMap.random([2, 17, 3, 5], &generator).tensor.converted(to: .bf16))
    let g = ReferenceMap.random([2, 17, 3, 5], &generator)
    let (key, values) = try build(from: .stored(["f": f.tensor])) { $0.parameter("f", [2, 17, 3, 5], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      let x = convert(pass[key], to: .blocked, .bf16)
      let watched = Variable.result(x.value, of: [x]) { dy, _ in
        #expect(dy.precision == .bf16 && dy.layout == .blocked)
        return [dy]
      }
      return (featureMatching(watched, pass.constant(g.tensor)), ())
    }
    let expected = Self.reference(f, g, .squared).values[0]
    #expect(abs(Double(result.value) - expected) < 1e-5 * expected)
    let differences = zip(Self.means(f), Self.means(g)).map { $0 - $1 }
    let gradient = ReferenceMap([2, 17, 3, 5], (0..<510).map { 2 * differences[$0 / 15 % 17] / 30 })
    expectEqual(result.gradients.tensors[0], gradient, tolerance: 1.0 / 256)
  }

  @Test func notANumberPassesThrough() {
    let value = evaluate(noParameters()) { pass in
      featureMatching(pass.constant(Tensor([1, 2], [.nan, 0])), pass.constant(.zeros([1, 2]))).value.scalar
    }
    #expect(value.isNaN)
  }
}
