import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct CrossEntropyTests {
  static func labels(_ shape: [Int], void: Double, _ generator: inout Generator) -> LabelBatch {
    let indices = (0..<shape[0] * shape[2] * shape[3]).map { _ -> UInt16 in
      generator.uniform() < void ? LabelBatch.void : UInt16(generator.next() % UInt64(shape[1]))
    }
    return LabelBatch(shape: [shape[0], shape[2], shape[3]], classCount: shape[1], indices: indices)
  }

  static func reference(_ x: ReferenceMap, _ labels: LabelBatch, _ weights: [Float]?) -> ReferenceMap {
    let pixels = x.shape[2] * x.shape[3]
    var (loss, total) = (0.0, 0.0)
    for (k, label) in labels.indices.enumerated() where label != LabelBatch.void {
      let (n, i, j) = (k / pixels, k % pixels / x.shape[3], k % x.shape[3])
      let logits = (0..<x.shape[1]).map { x[n, $0, i, j] }
      let largest = logits.max() ?? 0
      let weight = Double(weights?[Int(label)] ?? 1)
      loss += weight * (largest + log(logits.reduce(0) { $0 + exp($1 - largest) }) - logits[Int(label)])
      total += weight
    }
    return ReferenceMap([], [total > 0 ? loss / total : 0])
  }

  @Test(
    arguments: [[2, 11, 3, 4], [1, 2, 1, 7], [1, 16, 5, 1], [1, 5, 1, 1], [2, 3, 13, 11], [1, 70, 4, 8]], [0, 0.3])
  func agreesWithItsFormula(_ shape: [Int], _ void: Double) throws {
    var generator = Generator(seed: 31, stream: "\(shape)")
    let labels = Self.labels(shape, void: void, &generator)
    let weights = (0..<shape[1]).map { Float($0 % 3) + 0.25 }
    let x = ReferenceMap.random(shape, bound: 3, &generator)
    for weights in [nil, weights] {
      try expectAgreement([x]) { v, _ in
        crossEntropy(v[0], labels, weights: weights)
      } reference: {
        Self.reference($0[0], labels, weights)
      }
    }
  }

  @Test func voidOnlyIsZeroWithoutGradient() throws {
    let labels = LabelBatch(shape: [1, 2, 2], classCount: 3, indices: [UInt16](repeating: LabelBatch.void, count: 4))
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [1, 3, 2, 2], .ones) }
    for weights in [nil, [1, 2, 3] as [Float]] {
      let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
        (crossEntropy($0[key], labels, weights: weights), ())
      }
      #expect(result.value == 0)
      #expect(result.gradients.tensors[0].elements.allSatisfy { $0 == 0 })
    }
  }

  @Test func voidPixelsGetNoGradient() throws {
    let labels = LabelBatch(shape: [1, 1, 2], classCount: 2, indices: [LabelBatch.void, 1])
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [1, 2, 1, 2], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (crossEntropy($0[key], labels), ())
    }
    #expect(abs(result.value - Float(log(2.0))) < 1e-6)
    #expect(result.gradients.tensors[0].elements == [0, 0.5, 0, -0.5])
  }

  @Test func hugeLogitsAreNoTrouble() throws {
    let labels = LabelBatch(shape: [1, 1, 2], classCount: 2, indices: [0, 1])
    let logits = Tensor([1, 2, 1, 2], [1e4, 1e4, -1e4, -1e4])
    let (key, values) = try build(from: .stored(["x": logits])) { $0.parameter("x", [1, 2, 1, 2], .zeros) }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
      (crossEntropy($0[key], labels), ())
    }
    #expect(result.value == 1e4)
    let gradient = result.gradients.tensors[0].elements
    #expect(zip(gradient, [0, 0.5, 0, -0.5] as [Float]).allSatisfy { abs($0 - $1) < 1e-37 })
  }

  @Test func aShareOfTheLossHasThatShareOfTheGradient() throws {
    var generator = Generator(seed: 32, stream: "share")
    let labels = Self.labels([2, 3, 5, 7], void: 0.2, &generator)
    try expectAgreement([ReferenceMap.random([2, 3, 5, 7], bound: 3, &generator)]) { v, _ in
      -0.75 * crossEntropy(v[0], labels)
    } reference: {
      Self.reference($0[0], labels, nil).mapped { -0.75 * $0 }
    }
  }

  /// Of a broken network the loss shows it, but not what stands in void pixels.
  @Test(arguments: [3, 16, 37]) func notANumberStaysOne(_ pixels: Int) throws {
    let void = LabelBatch(
      shape: [1, 1, pixels], classCount: 2, indices: [LabelBatch.void] + [UInt16](repeating: 1, count: pixels - 1))
    let all = LabelBatch(shape: [1, 1, pixels], classCount: 2, indices: [UInt16](repeating: 1, count: pixels))
    for broken in [Float.nan, .infinity] {
      var numbers = [Float](repeating: 0, count: 2 * pixels)
      numbers[0] = broken
      let logits = Tensor([1, 2, 1, pixels], numbers)
      let (key, values) = try build(from: .stored(["x": logits])) { $0.parameter("x", [1, 2, 1, pixels], .zeros) }
      for (labels, isFinite) in [(void, true), (all, false)] {
        let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) {
          (crossEntropy($0[key], labels), ())
        }
        let gradient = result.gradients.tensors[0].elements
        #expect(result.value.isFinite == isFinite)
        #expect(gradient[1..<pixels].allSatisfy { $0.isFinite })
        #expect(isFinite || gradient[0].isNaN)
      }
    }
  }
}
