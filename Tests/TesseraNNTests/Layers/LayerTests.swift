import TesseraNN
import TesseraTensor
import Testing

@Suite struct LayerTests {
  @Test func convolutionsClaimAndCompute() throws {
    let (layer, values) = try build(from: .random(seed: 1)) {
      Conv2D($0["a"]["b"], from: 4, to: 6, .same(kernel: 3, stride: 2, groups: 2), bias: true)
    }
    #expect(values.names == ["a.b.weight", "a.b.bias"])
    #expect(values.parameters.map(\.shape) == [[6, 2, 3, 3], [6]])
    let bound = 1 / Float(2 * 3 * 3).squareRoot()
    for parameter in values.parameters {
      #expect(parameter.elements.allSatisfy { abs($0) <= bound })
      #expect(parameter.elements.contains { $0 != 0 })
    }
    var generator = Generator(seed: 36, stream: "x")
    let x = ReferenceMap.random([1, 4, 5, 5], &generator)
    let y = evaluate(values) { layer($0.constant(x.tensor), in: $0).value }
    expectEqual(y, referenceConvolution(x, ReferenceMap(values.parameters[0]), bias(values), layer.geometry))
  }

  /// The fan-out counts all outputs, not those of a group.
  @Test func convolutionsStartByTheirFanOut() throws {
    let values = try build(from: .random(seed: 2)) {
      Conv2D($0, from: 400, to: 400, .same(kernel: 5, groups: 400), bias: true, start: .heFanOut)
    }.values
    let (mean, variance) = InitializationTests.moments(values.parameters[0].elements.map(Double.init))
    let expected = 2.0 / (400 * 25)
    #expect(abs(mean) < 5 * (expected / 10_000).squareRoot() && abs(variance / expected - 1) < 0.07)
    #expect(Set(values.parameters[1].elements) == [0])
  }

  @Test func convolutionsStartByTheIdentity() throws {
    let (layer, values) = try build(from: .random(seed: 2)) {
      Conv2D($0, from: 5, to: 5, .same(kernel: 3, dilation: 4), bias: true, start: .identity)
    }
    var generator = Generator(seed: 37, stream: "x")
    let x = ReferenceMap.random([2, 5, 4, 7], &generator)
    expectEqual(evaluate(values) { layer($0.constant(x.tensor), in: $0).value }, x)
  }

  @Test func convolutionsGoWithoutBias() throws {
    let (layer, values) = try build(from: .random(seed: 1)) {
      Conv2D($0[0], from: 3, to: 2, .same(kernel: 1), bias: false)
    }
    #expect(layer.bias == nil && values.names == ["0.weight"])
  }

  @Test func transposedConvolutionsClaimAndCompute() throws {
    let (layer, values) = try build(from: .random(seed: 1)) {
      ConvTransposed2D($0["up"], from: 3, to: 5, .init(kernel: .init(2), stride: .init(2)))
    }
    #expect(values.names == ["up.weight", "up.bias"])
    #expect(values.parameters.map(\.shape) == [[3, 5, 2, 2], [5]])
    var generator = Generator(seed: 37, stream: "x")
    let x = ReferenceMap.random([2, 3, 3, 2], &generator)
    let y = evaluate(values) { layer($0.constant(x.tensor), in: $0).value }
    expectEqual(
      y,
      TransposedConvolutionTests.reference(
        x, ReferenceMap(values.parameters[0]), bias(values), layer.geometry, ConvolutionGeometry.Extent(0)))
  }

  @Test func matrixProductsClaimAndCompute() throws {
    let (layer, values) = try build(from: .random(seed: 1)) { Dense($0["fc"], from: 7, to: 3) }
    #expect(values.names == ["fc.weight", "fc.bias"])
    #expect(values.parameters.map(\.shape) == [[3, 7], [3]])
    var generator = Generator(seed: 38, stream: "x")
    let x = ReferenceMap.random([4, 7], &generator)
    let y = evaluate(values) { layer($0.constant(x.tensor), in: $0).value }
    expectEqual(y, DenseProductTests.reference(x, ReferenceMap(values.parameters[0]), bias(values)))
  }

  private func bias(_ values: ParameterSet) -> ReferenceMap { ReferenceMap(values.parameters[1]) }
}
