import Testing

@testable import TesseraNN
@testable import TesseraTensor

@Suite struct MapRecordTests {
  @Test func resultsAndGradientsAreListedAsTheyAreStored() throws {
    let (layer, values) = try build(from: .random(seed: 1)) {
      Conv2D($0, from: 16, to: 16, .same(kernel: 1), bias: false)
    }
    let image = Tensor.filled([1, 16, 3, 2], with: 0.5)
    let records = recordedMaps(of: values, mode: .inference) { pass in
      sum(convert(layer(pass.constant(image), in: pass), to: .rows, .bf16))
    }
    let shape: Shape = [1, 16, 3, 2]
    // A sum's own gradient is an f32 in rows; the conversion hands it on as the map before it lies.
    #expect(records.map(\.isGradient) == [false, false, false, true, true, true])
    #expect(records.map(\.shape) == [shape, shape, .scalar, .scalar, shape, shape])
    #expect(records.map(\.layout) == [.blocked, .rows, .rows, .rows, .rows, .blocked])
    #expect(records[1].precision == .bf16 && records[5].precision == .f32)
  }

  /// Probabilities are f32 whatever the networks between which they pass are stored as.
  @Test(.enabled(if: ComputeThreads.computes(.bf16)))
  func aConvolutionDifferentiatesWhatItWasGivenInItsPrecision() throws {
    let (judge, constants) = try build(from: .random(seed: 1)) {
      Conv2D($0, from: 5, to: 16, .same(kernel: 3), bias: true)
    }
    let (map, values) = try build(from: .random(seed: 2)) { $0.parameter("map", [1, 5, 4, 6], .he(fan: 4)) }
    let records = recordedMaps(of: values, mode: .inference, precision: .bf16) { pass in
      let y = judge(softmax(pass[map]), in: pass.constants(constants, mode: .inference))
      return sum(y)
    }
    let softmaxed = records.filter { $0.shape == [1, 5, 4, 6] }
    #expect(softmaxed.map(\.isGradient) == [false, true])
    #expect(softmaxed.allSatisfy { $0.precision == .f32 && $0.layout == .rows })
    #expect(records.filter { $0.shape == [1, 16, 4, 6] && !$0.isGradient }.map(\.precision) == [.bf16])
  }

  /// Nothing is kept where nobody asked.
  @Test func otherEvaluationsListNothing() throws {
    let (_, values) = try build(from: .random(seed: 1)) { _ in () }
    #expect(evaluate(values) { pass in pass.constant(.zeros([1])).tape.maps } == nil)
  }
}
