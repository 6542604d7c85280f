import TesseraNN
import TesseraTensor
import Testing

@Suite struct SamplesTests {
  @Test func concatenationAgreesWithItsDefinition() throws {
    var generator = Generator(seed: 40, stream: "concatenation")
    let parts = [ReferenceMap.random([1, 3, 2, 2], &generator), .random([2, 3, 2, 2], &generator)]
    try expectAgreement(parts) { v, _ in
      concatenateSamples(v)
    } reference: {
      ReferenceMap([3, 3, 2, 2], $0[0].values + $0[1].values)
    }
  }

  @Test(arguments: [0..<1, 1..<3, 0..<3])
  func aRunAgreesWithItsDefinition(_ range: Range<Int>) throws {
    var generator = Generator(seed: 41, stream: "\(range)")
    try expectAgreement([.random([3, 2, 2, 3], &generator)]) { v, _ in
      samples(v[0], range)
    } reference: {
      ReferenceMap([range.count, 2, 2, 3], Array($0[0].values[range.lowerBound * 12..<range.upperBound * 12]))
    }
  }

  /// Two readers of one map: each norm is of its own gradient, and the map's is the sum.
  @Test func observationsTellGradientsApart() throws {
    let (key, values) = try build(from: .stored(["x": Tensor([2], [1, 2])])) { $0.parameter("x", [2], .zeros) }
    let (first, second, unread) = (GradientNorm(), GradientNorm(), GradientNorm())
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      _ = observed(pass[key], by: unread)
      return (3 * sum(observed(pass[key], by: first)) + -4 * sum(observed(pass[key], by: second)), ())
    }
    #expect(result.gradients.tensors[0].elements == [-1, -1])
    #expect(abs(first.value - 3 * Float(2).squareRoot()) < 1e-5 && abs(second.value - 4 * Float(2).squareRoot()) < 1e-5)
    #expect(unread.value == 0)
    // One norm for two places: of both gradients together, not of their sum.
    let both = GradientNorm()
    _ = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (3 * sum(observed(pass[key], by: both)) + -4 * sum(observed(pass[key], by: both)), ())
    }
    #expect(abs(both.value - 5 * Float(2).squareRoot()) < 1e-5)
  }
}
