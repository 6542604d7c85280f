import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct GradientsTests {
  /// Two parameters of three and of two numbers.
  static func pair() throws -> (keys: [ParameterKey], values: ParameterSet) {
    let stored = ["a": Tensor([3], [1, -2, 3]), "b": Tensor([2], [4, -5])]
    let (keys, values) = try build(from: .stored(stored)) { scope in
      [scope.parameter("a", [3], .zeros), scope.parameter("b", [2], .zeros)]
    }
    return (keys, values)
  }

  static func differentiate(
    _ values: ParameterSet, _ body: (ForwardPass) -> Variable
  ) -> Differentiation<Void> {
    valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { (body($0), ()) }
  }

  @Test func usesAddUp() throws {
    let (keys, values) = try Self.pair()
    let result = Self.differentiate(values) { pass in
      let a = pass[keys[0]]
      return sum(a * a) + sum(a) + 3 * sum(a + a)
    }
    #expect(result.value == 14 + 2 + 12)
    #expect(result.gradients.tensors[0].elements == [9, 3, 13])
  }

  /// The same variable goes on in two layouts: the gradients meet again.
  @Test(arguments: [Layout.rows, .channelsLast, .blocked], [Layout.rows, .channelsLast, .blocked])
  func usesInDifferentLayoutsAddUp(_ first: Layout, _ second: Layout) throws {
    var generator = Generator(seed: 33, stream: "layouts")
    try expectAgreement([.random([2, 5, 3, 2], &generator)], probes: 4) { v, _ in
      relaid(v[0], in: first) * relaid(v[0], in: second) + v[0]
    } reference: {
      $0[0].mapped { $0 * $0 + $0 }
    }
  }

  /// Terms that only scale or shift channels meet whole ones, whichever comes first.
  @Test(arguments: [[2, 5, 3, 2], [1, 16, 2, 3], [2, 17, 1, 1]])
  func usesByChannelAddUp(_ shape: [Int]) throws {
    var generator = Generator(seed: 34, stream: "\(shape)")
    let gate = ReferenceMap.random([shape[0], shape[1], 1, 1], &generator)
    let pixels = shape[2] * shape[3]
    func byChannel(_ x: ReferenceMap, _ f: (_ x: Double, _ mean: Double, _ gate: Double) -> Double) -> ReferenceMap {
      ReferenceMap(
        x.shape,
        x.values.enumerated().map { index, v in
          let channel = index / pixels
          let mean = x.values[channel * pixels..<(channel + 1) * pixels].reduce(0, +) / Double(pixels)
          return f(v, mean, gate.values[channel])
        })
    }
    let terms: [((Variable, Variable) -> Variable, (Double, Double, Double) -> Double)] = [
      ({ x, _ in x * globalAveragePool(x) }, { x, mean, _ in x * mean }),
      ({ x, gate in x * gate + x * gate }, { x, _, gate in 2 * x * gate }),
      ({ x, gate in x * x + x * gate * globalAveragePool(x) }, { x, mean, gate in x * x + x * gate * mean }),
      (
        { x, gate in x * gate + x * x + x * (globalAveragePool(x) * gate) },
        { x, mean, gate in
          x * gate + x * x + mean * gate * x
        }
      ),
      ({ x, _ in x + globalAveragePool(x) * globalAveragePool(x) }, { x, mean, _ in x + mean * mean }),
    ]
    let x = ReferenceMap.random(shape, &generator)
    for (operation, reference) in terms {
      try expectAgreement([x], probes: 4) { v, pass in
        operation(v[0], pass.constant(gate.tensor))
      } reference: {
        byChannel($0[0], reference)
      }
    }
  }

  @Test func whatIsNotUsedHasAZeroGradient() throws {
    let (keys, values) = try Self.pair()
    let result = Self.differentiate(values) { sum($0[keys[1]]) }
    #expect(result.gradients.tensors.map(\.elements) == [[0, 0, 0], [1, 1]])
  }

  @Test func aConstantLossHasZeroGradients() throws {
    let (_, values) = try Self.pair()
    let result = Self.differentiate(values) { $0.constant(Tensor(scalar: 5)) }
    #expect(result.value == 5)
    #expect(result.gradients.tensors.map(\.elements) == [[0, 0, 0], [0, 0]])
  }

  @Test func aParameterCanBeTheLoss() throws {
    let (key, values) = try build(from: .stored(["s": Tensor([1], [7])])) { $0.parameter("s", [1], .zeros) }
    let result = Self.differentiate(values) { $0[key] }
    #expect(result.value == 7 && result.gradients.tensors[0].elements == [1])
  }

  /// What follows the loss in the closure, and does not lead to it, counts for nothing.
  @Test func laterWorkIsLeftOut() throws {
    let (keys, values) = try Self.pair()
    let result = Self.differentiate(values) { pass in
      let loss = sum(pass[keys[0]])
      _ = sum(pass[keys[0]] * pass[keys[0]])
      return loss
    }
    #expect(result.gradients.tensors[0].elements == [1, 1, 1])
  }

  @Test func constantsHaveNoEntryOnTheTape() throws {
    let (keys, values) = try Self.pair()
    _ = Self.differentiate(values) { pass in
      let constant = pass.constant(Tensor([3], [1, 2, 3]))
      #expect(constant.entry == nil)
      #expect((constant * constant).entry == nil)
      #expect((constant * pass[keys[0]]).entry != nil)
      return sum(constant)
    }
    evaluate(values) { pass in #expect(pass[keys[0]].entry == nil) }
  }

  @Test func clippingKeepsTheDirection() throws {
    let (keys, values) = try Self.pair()
    var gradients = Self.differentiate(values) { 2 * sum($0[keys[0]]) + -1 * sum($0[keys[1]]) }.gradients
    let norm = Float(14).squareRoot()
    #expect(abs(gradients.norm - norm) < 1e-6)
    #expect(abs(gradients.clip(toNorm: 10) - norm) < 1e-6)
    #expect(gradients.tensors.map(\.elements) == [[2, 2, 2], [-1, -1]])
    #expect(abs(gradients.clip(toNorm: 0.5) - norm) < 1e-6)
    #expect(abs(gradients.norm - 0.5) < 1e-6)
    #expect(abs(gradients.tensors[0].elements[0] + 2 * gradients.tensors[1].elements[0]) < 1e-7)
  }

  @Test func lossesHaveOneElement() async {
    await #expect(processExitsWith: .failure) {
      let (keys, values) = try GradientsTests.pair()
      _ = GradientsTests.differentiate(values) { $0[keys[0]] }
    }
  }
}
