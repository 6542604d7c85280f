import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct BinaryCrossEntropyTests {
  static func reference(_ z: ReferenceMap, _ target: Double) -> ReferenceMap {
    let total = z.values.reduce(0) { $0 + max($1, 0) + log1p(exp(-abs($1))) - target * $1 }
    return ReferenceMap([], [total / Double(z.values.count)])
  }

  @Test(arguments: [[2, 1, 1, 1], [1, 11, 3, 4], [5], [3, 7]], [Float(0), 0.1, 0.9, 1])
  func agreesWithItsFormula(_ shape: [Int], _ target: Float) throws {
    var generator = Generator(seed: 32, stream: "\(shape)")
    try expectAgreement([.random(shape, bound: 6, &generator)]) { v, _ in
      binaryCrossEntropy(v[0], target: target)
    } reference: {
      Self.reference($0[0], Double(target))
    }
  }

  @Test(arguments: [Float(0), 0.9, 1])
  func weightsCount(_ target: Float) throws {
    var generator = Generator(seed: 33, stream: "weights")
    let weights: [Float] = [1, 0, 0.25, 0.5, 0, 2]
    try expectAgreement([.random([2, 1, 1, 3], bound: 6, &generator)]) { v, _ in
      binaryCrossEntropy(v[0], target: target, weights: Tensor([2, 1, 1, 3], weights))
    } reference: { inputs in
      let terms = zip(inputs[0].values, weights).map { z, w in
        Double(w) * (max(z, 0) + log1p(exp(-abs(z))) - Double(target) * z)
      }
      return ReferenceMap([], [terms.reduce(0, +) / 3.75])
    }
  }

  @Test func withoutWeightThereIsNothingToLearn() throws {
    let (key, values) = try build(from: .stored(["z": Tensor([2], [3, -3])])) { $0.parameter("z", [2], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (binaryCrossEntropy($0[key], target: 1, weights: .zeros([2])), ())
    }
    #expect(result.value == 0)
    #expect(result.gradients.tensors[0].elements == [0, 0])
  }

  /// Far out the loss is linear or zero, and its gradient 1, −1 or 0: neither overflows nor is lost.
  @Test(
    arguments: [
      (Float(1e30), Float(0), Float(1e30), Float(1)), (1e30, 1, 0, 0), (-1e30, 0, 0, 0), (-1e30, 1, 1e30, -1),
      (200, 0, 200, 1), (-200, 1, 200, -1), (0, 1, Float(log(2.0)), -0.5), (0, 0, Float(log(2.0)), 0.5),
    ])
  func farOut(_ z: Float, _ target: Float, _ loss: Float, _ gradient: Float) throws {
    let (key, values) = try build(from: .stored(["z": Tensor([1], [z])])) { $0.parameter("z", [1], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (binaryCrossEntropy($0[key], target: target), ())
    }
    #expect(result.value == loss)
    #expect(result.gradients.tensors[0].scalar == gradient)
  }

  /// A verdict that is sure and right still has a loss and a gradient above 0.
  @Test func smallLossesAreNotLost() throws {
    let (key, values) = try build(from: .stored(["z": Tensor([1], [30])])) { $0.parameter("z", [1], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (binaryCrossEntropy($0[key], target: 1), ())
    }
    #expect(abs(Double(result.value) - exp(-30)) < 1e-6 * exp(-30))
    #expect(abs(Double(result.gradients.tensors[0].scalar) + exp(-30)) < 1e-6 * exp(-30))
  }
}
