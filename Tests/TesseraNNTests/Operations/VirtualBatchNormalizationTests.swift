import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct VirtualBatchNormalizationTests {
  /// Inputs are x, γ and β: for each sample its set is written out, and the statistics are those of all its numbers.
  static func reference(_ inputs: [ReferenceMap], references: Int, epsilon: Double) -> ReferenceMap {
    let x = inputs[0]
    var y = x
    for sample in 0..<x.shape[0] {
      let set = Array(0..<references) + (sample < references ? [] : [sample])
      for c in 0..<x.shape[1] {
        let numbers = set.flatMap { n in
          (0..<x.shape[2]).flatMap { i in (0..<x.shape[3]).map { j in x[n, c, i, j] } }
        }
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
        for i in 0..<x.shape[2] {
          for j in 0..<x.shape[3] {
            let normal = (x[sample, c, i, j] - mean) / (variance + epsilon).squareRoot()
            y[sample, c, i, j] = inputs[1].values[c] * normal + inputs[2].values[c]
          }
        }
      }
    }
    return y
  }

  static func inputs(_ shape: [Int], mean: Double = 0.5, _ generator: inout Generator) -> [ReferenceMap] {
    let x = ReferenceMap.random(shape, bound: 2, &generator).mapped { Double(Float($0 + mean)) }
    return [x, .random([shape[1]], bound: 1.5, &generator), .random([shape[1]], bound: 0.5, &generator)]
  }

  /// One reference, one other, none other, rows as maps of one pixel, odd sizes, more than a block of channels.
  @Test(
    arguments: [
      ([4, 5, 3, 4], 2), ([3, 2, 2, 3], 1), ([3, 17, 2, 1], 3), ([6, 7, 1, 1], 4), ([2, 32, 3, 3], 1),
      ([5, 1, 1, 7], 4), ([3, 3, 1, 1], 1),
    ])
  func agreesWithItsFormula(_ shape: [Int], _ references: Int) throws {
    var generator = Generator(seed: 65, stream: "\(shape) \(references)")
    let tolerance = Tolerance(value: 1e-5, gradient: 2e-4)
    try expectAgreement(Self.inputs(shape, &generator), tolerance: tolerance) { v, _ in
      virtualBatchNormalize(v[0], references: references, scale: v[1], shift: v[2], epsilon: 0.01).output
    } reference: {
      Self.reference($0, references: references, epsilon: Double(Float(0.01)))
    }
  }

  /// A mean of 1000 spreads: squares minus a squared mean would leave nothing of the variance.
  @Test func aLargeMeanLeavesTheVarianceAlone() throws {
    var generator = Generator(seed: 66, stream: "mean")
    let inputs = Self.inputs([4, 3, 5, 4], mean: 2000, &generator)
    let y = evaluate(noParameters()) { pass in
      let v = inputs.map { pass.constant($0.tensor) }
      return virtualBatchNormalize(v[0], references: 2, scale: v[1], shift: v[2], epsilon: 1e-5).output.value
    }
    expectEqual(y, Self.reference(inputs, references: 2, epsilon: 1e-5), tolerance: 1e-4)
  }

  /// With references alone it is batch normalisation.
  @Test func allReferencesAreAnOrdinaryBatch() throws {
    var generator = Generator(seed: 67, stream: "ordinary")
    let inputs = Self.inputs([3, 6, 4, 5], &generator)
    let (y, statistics) = evaluate(noParameters()) { pass in
      let v = inputs.map { pass.constant($0.tensor) }
      let (y, statistics) = virtualBatchNormalize(v[0], references: 3, scale: v[1], shift: v[2], epsilon: 1e-5)
      return (y.value, statistics)
    }
    expectEqual(y, BatchNormalizationTests.reference(inputs, epsilon: 1e-5, activation: nil))
    let expected = BatchNormalizationTests.statistics(inputs[0])
    expectEqual(statistics.mean, ReferenceMap([6], expected.mean))
    expectEqual(statistics.variance, ReferenceMap([6], expected.variance))
  }

  /// What the technique is for: a sample does not depend on the others that are made beside it.
  @Test func othersOfTheBatchHaveNoPart() {
    var generator = Generator(seed: 68, stream: "others")
    let inputs = Self.inputs([4, 3, 2, 5], &generator)
    func normalized(_ x: ReferenceMap) -> [Float] {
      evaluate(noParameters()) { pass in
        virtualBatchNormalize(
          pass.constant(x.tensor), references: 2, scale: pass.constant(inputs[1].tensor),
          shift: pass.constant(inputs[2].tensor), epsilon: 1e-5
        ).output.value.elements
      }
    }
    var changed = inputs[0]
    for k in 90..<120 { changed.values[k] += 3 }
    let (before, after) = (normalized(inputs[0]), normalized(changed))
    #expect(before[..<90] == after[..<90] && before[90...] != after[90...])
  }

  /// Maps in bf16 come out in bf16, and so does their gradient; between them everything is f32.
  @Test func halvesStayHalves() throws {
    var generator = Generator(seed: 70, stream: "halves")
    let inputs = Self.inputs([4, 18, 3, 5], &generator)
    let rounded = ReferenceMap(inputs[0].tensor.converted(to: .bf16))
    let (key, values) = try build(from: .stored(["x": rounded.tensor])) { $0.parameter("x", [4, 18, 3, 5], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      let x = convert(pass[key], to: .blocked, .bf16)
      let watched = Variable.result(x.value, of: [x]) { dy, _ in
        #expect(dy.precision == .bf16)
        return [dy]
      }
      let y = virtualBatchNormalize(
        watched, references: 2, scale: pass.constant(inputs[1].tensor), shift: pass.constant(inputs[2].tensor),
        epsilon: 1e-5
      ).output
      return (sum(convert(y * y, to: .rows, .f32)), y.value)
    }
    #expect(result.output.precision == .bf16)
    let expected = Self.reference([rounded, inputs[1], inputs[2]], references: 2, epsilon: 1e-5)
    expectEqual(result.output, expected, tolerance: 1.0 / 256)
    #expect(result.gradients.norm > 0)
  }

  @Test func notANumberStaysWithItsSample() {
    let y = evaluate(noParameters()) { pass in
      virtualBatchNormalize(
        pass.constant(Tensor([3, 1, 1, 2], [1, 2, 3, .nan, 5, 6])), references: 1,
        scale: pass.constant(Tensor([1], [1])),
        shift: pass.constant(.zeros([1])), epsilon: 1e-5
      ).output.value.elements
    }
    #expect(y.map(\.isNaN) == [false, false, true, true, false, false])
  }

  @Test func moreReferencesThanSamplesAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) {
      evaluate(noParameters()) { pass in
        let ones = pass.constant(.filled([1], with: 1))
        _ = virtualBatchNormalize(
          pass.constant(.zeros([2, 1, 1, 1])), references: 3, scale: ones, shift: ones, epsilon: 1)
      }
    }
  }
}
