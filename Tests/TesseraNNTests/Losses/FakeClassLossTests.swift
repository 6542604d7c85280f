import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct FakeClassLossTests {
  /// −ln D or −ln (1 − D) with D = Z / (Z + 1), as the paper writes it.
  static func reference(_ x: ReferenceMap, target: Double, weights: [Double]?) -> ReferenceMap {
    let pixels = x.shape.dropFirst(2).reduce(1, *)
    var (loss, total) = (0.0, 0.0)
    for place in 0..<x.shape[0] * pixels {
      let z = (0..<x.shape[1]).reduce(0.0) {
        $0 + exp(x.values[(place / pixels * x.shape[1] + $1) * pixels + place % pixels])
      }
      let weight = weights?[place] ?? 1
      loss -= weight * (target * log(z / (z + 1)) + (1 - target) * log(1 / (z + 1)))
      total += weight
    }
    return ReferenceMap([], [loss / total])
  }

  /// One for each sample or pixel of logits; some are void.
  static func weights(of shape: [Int]) -> ReferenceMap {
    var places = shape
    places[1] = 1
    var result = ReferenceMap(places)
    for k in result.values.indices where k % 4 != 1 { result.values[k] = Double(k % 3) + 0.5 }
    return result
  }

  @Test(arguments: [[2, 11, 3, 4], [1, 5, 1, 1], [4, 10], [1, 1], [3, 2, 1, 131]], [Float(0), 0.9, 1])
  func agreesWithItsFormula(_ shape: [Int], _ target: Float) throws {
    var generator = Generator(seed: 51, stream: "\(shape)")
    let x = ReferenceMap.random(shape, bound: 3, &generator)
    let weights = Self.weights(of: shape)
    for weights in [nil, weights] {
      try expectAgreement([x]) { v, _ in
        fakeClassLoss(v[0], target: target, weights: weights?.tensor)
      } reference: {
        Self.reference($0[0], target: Double(target), weights: weights?.values)
      }
    }
  }

  /// The paper's unsupervised loss, ½ {−E_u lse + E_u sp(lse) + E_g sp(lse)}, is half the sum of both targets.
  @Test func isThePapersUnsupervisedLoss() {
    var generator = Generator(seed: 52, stream: "logits")
    let (data, generated) = (
      ReferenceMap.random([7, 10], bound: 4, &generator), ReferenceMap.random([5, 10], bound: 4, &generator)
    )
    func lse(_ x: ReferenceMap) -> [Double] {
      (0..<x.shape[0]).map { row in log(x.values[row * 10..<row * 10 + 10].reduce(0) { $0 + exp($1) }) }
    }
    func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
    func softplus(_ z: Double) -> Double { log(1 + exp(z)) }
    let expected =
      (-mean(lse(data)) + mean(lse(data).map(softplus)) + mean(lse(generated).map(softplus))) / 2
    let found = evaluate(noParameters()) { pass in
      let real = fakeClassLoss(pass.constant(data.tensor), target: 1)
      return (0.5 * (real + fakeClassLoss(pass.constant(generated.tensor), target: 0))).value.scalar
    }
    #expect(abs(Double(found) - expected) < 1e-6 * expected)
  }

  @Test func voidOnlyIsZeroWithoutGradient() throws {
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [1, 3, 2, 2], .ones) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (fakeClassLoss($0[key], target: 0, weights: .zeros([1, 1, 2, 2])), ())
    }
    #expect(result.value == 0)
    #expect(result.gradients.tensors[0].elements.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [(Float(1e4), Float(0), Float(1e4)), (1e4, 1, 0), (-1e4, 0, 0), (-1e4, 1, 1e4)])
  func hugeLogitsAreNoTrouble(_ logit: Float, _ target: Float, _ expected: Float) {
    let loss = evaluate(noParameters()) { pass in
      fakeClassLoss(pass.constant(Tensor([1, 2], [logit, -1e5])), target: target).value.scalar
    }
    #expect(loss == expected)
  }

  /// What labelled samples add: cross-entropy takes rows as maps of one pixel.
  @Test func labelledRowsAreMapsOfOnePixel() throws {
    var generator = Generator(seed: 53, stream: "rows")
    let x = ReferenceMap.random([3, 4], bound: 2, &generator)
    let labels = LabelBatch(shape: [3, 1, 1], classCount: 4, indices: [2, 0, 3])
    try expectAgreement([x]) { v, _ in
      crossEntropy(reshape(v[0], to: [3, 4, 1, 1]), labels)
    } reference: {
      CrossEntropyTests.reference(ReferenceMap([3, 4, 1, 1], $0[0].values), labels, nil)
    }
  }
}
