import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct UniformCrossEntropyTests {
  /// −1/K · Σ_k ln p_k, the probabilities written out.
  static func reference(_ x: ReferenceMap, weights: [Double]?) -> ReferenceMap {
    let (pixels, classes) = (x.shape.dropFirst(2).reduce(1, *), x.shape[1])
    var (loss, total) = (0.0, 0.0)
    for place in 0..<x.shape[0] * pixels {
      let exponentials = (0..<classes).map {
        exp(x.values[(place / pixels * classes + $0) * pixels + place % pixels])
      }
      let sum = exponentials.reduce(0, +)
      let weight = weights?[place] ?? 1
      loss -= weight * exponentials.reduce(0) { $0 + log($1 / sum) } / Double(classes)
      total += weight
    }
    return ReferenceMap([], [loss / total])
  }

  @Test(arguments: [[2, 11, 3, 4], [1, 5, 1, 1], [4, 10], [1, 2], [3, 2, 1, 131]])
  func agreesWithItsFormula(_ shape: [Int]) throws {
    var generator = Generator(seed: 54, stream: "\(shape)")
    let x = ReferenceMap.random(shape, bound: 3, &generator)
    let weights = FakeClassLossTests.weights(of: shape)
    for weights in [nil, weights] {
      try expectAgreement([x]) { v, _ in
        uniformCrossEntropy(v[0], weights: weights?.tensor)
      } reference: {
        Self.reference($0[0], weights: weights?.values)
      }
    }
  }

  /// The paper's loss over a batch of two true and one generated sample: −(1 − Z) ln p(y) − Z/K · Σ_k ln p(k).
  @Test func withCrossEntropyItIsThePapersLoss() throws {
    var generator = Generator(seed: 55, stream: "mixed")
    let inputs = [ReferenceMap.random([2, 4], &generator), .random([1, 4], &generator)]
    let labels = LabelBatch(shape: [2, 1, 1], classCount: 4, indices: [3, 1])
    try expectAgreement(inputs) { v, _ in
      Float(2.0 / 3) * crossEntropy(reshape(v[0], to: [2, 4, 1, 1]), labels) + Float(1.0 / 3)
        * uniformCrossEntropy(v[1])
    } reference: { maps in
      var loss = 0.0
      for (z, map) in maps.enumerated() {
        for row in 0..<map.shape[0] {
          let x = map.values[row * 4..<row * 4 + 4].map { exp($0) }
          let p = x.map { $0 / x.reduce(0, +) }
          loss -= z == 0 ? log(p[Int(labels.indices[row])]) : p.reduce(0) { $0 + log($1) } / 4
        }
      }
      return ReferenceMap([], [loss / 3])
    }
  }

  /// Logits of 1e4 that differ by 1: nothing cancels.
  @Test func hugeLogitsAreNoTrouble() throws {
    let (key, values) = try build(from: .stored(["x": Tensor([1, 2], [10_000, 10_001])])) {
      $0.parameter("x", [1, 2], .zeros)
    }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (uniformCrossEntropy($0[key]), ())
    }
    let e = exp(1.0)
    #expect(abs(Double(result.value) - (log(1 + e) - 0.5)) < 1e-6)
    #expect(abs(Double(result.gradients.tensors[0].elements[1]) - (e / (1 + e) - 0.5)) < 1e-6)
  }

  @Test func withoutWeightThereIsNothingToLearn() throws {
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [2, 3], .he(fan: 1)) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (uniformCrossEntropy($0[key], weights: .zeros([2, 1])), ())
    }
    #expect(result.value == 0)
    #expect(result.gradients.tensors[0].elements.allSatisfy { $0 == 0 })
  }

  @Test func notANumberPassesThrough() {
    let value = evaluate(noParameters()) { uniformCrossEntropy($0.constant(Tensor([1, 2], [.nan, 0]))).value.scalar }
    #expect(value.isNaN)
  }
}
