import TesseraNN
import TesseraTensor
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ActivationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let activation: Activation
    let reference: @Sendable (Double) -> Double
  }

  static let cases = [
    Case(testDescription: "relu", activation: .relu) { max($0, 0) },
    Case(testDescription: "leakyReLU", activation: .leakyReLU(slope: 0.25)) { $0 > 0 ? $0 : 0.25 * $0 },
    Case(testDescription: "relu6", activation: .relu6) { min(max($0, 0), 6) },
    Case(testDescription: "hardSwish", activation: .hardSwish) { $0 * min(max($0 + 3, 0), 6) / 6 },
    Case(testDescription: "hardSigmoid", activation: .hardSigmoid) { min(max($0 + 3, 0), 6) / 6 },
    Case(testDescription: "sigmoid", activation: .sigmoid) { 1 / (1 + exp(-$0)) },
    Case(testDescription: "tanh", activation: .tanh) { Glibc.tanh($0) },
  ]

  /// Numbers around every kink, none of them within a finite difference of one.
  static func numbers(_ shape: [Int], _ generator: inout Generator) -> ReferenceMap {
    ReferenceMap.random(shape, bound: 9, &generator).mapped { x in
      [-3, 0, 3, 6].contains { abs(x - $0) < 0.01 } ? x + 0.0625 : x
    }
  }

  @Test(arguments: cases, [[2, 11, 3, 5], [1, 16, 4, 4], [1, 1, 1, 1], [1, 17, 1, 7]])
  func agreesWithItsFormula(_ c: Case, _ shape: [Int]) throws {
    var generator = Generator(seed: 12, stream: c.testDescription)
    try expectAgreement([Self.numbers(shape, &generator)]) { v, _ in
      activate(v[0], c.activation)
    } reference: {
      $0[0].mapped(c.reference)
    }
  }

  @Test(arguments: cases)
  func takesAnyShape(_ c: Case) throws {
    var generator = Generator(seed: 13, stream: c.testDescription)
    try expectAgreement([Self.numbers([3, 5], &generator)]) { v, _ in
      activate(v[0], c.activation)
    } reference: {
      $0[0].mapped(c.reference)
    }
  }

  /// The sum reads the padding of the last block too: it must not have become σ(0).
  @Test(arguments: cases)
  func paddingOfBlocksStaysZero(_ c: Case) throws {
    var generator = Generator(seed: 14, stream: c.testDescription)
    let x = Self.numbers([2, 11, 3, 3], &generator)
    let y = evaluate(noParameters()) { pass in
      let y = activate(relaid(pass.constant(x.tensor), in: .blocked), c.activation).value
      return (total: y.total(), squares: y.sumOfSquares())
    }
    let expected = x.mapped(c.reference).values
    #expect(abs(y.total - expected.reduce(0, +)) < 1e-3)
    #expect(abs(y.squares - expected.reduce(0) { $0 + $1 * $1 }) < 1e-2)
  }

  /// At a kink the flatter side counts.
  @Test func derivativesAtKinks() throws {
    func derivative(_ activation: Activation, at x: Float) throws -> Float {
      let (key, values) = try build(from: .stored(["x": Tensor([1], [x])])) { $0.parameter("x", [1], .zeros) }
      return valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
        (activate(pass[key], activation), ())
      }.gradients.tensors[0].scalar
    }
    #expect(try derivative(.relu, at: 0) == 0)
    #expect(try derivative(.leakyReLU(slope: 0.5), at: 0) == 0.5)
    #expect(try derivative(.relu6, at: 0) == 0)
    #expect(try derivative(.relu6, at: 6) == 0)
    #expect(try derivative(.hardSwish, at: -3) == 0)
    #expect(try derivative(.hardSwish, at: 3) == 1)
    #expect(try derivative(.hardSigmoid, at: -3) == 0)
    #expect(try derivative(.hardSigmoid, at: 3) == 0)
  }

  @Test(arguments: cases)
  func notANumberIsNeverHidden(_ c: Case) {
    let y = evaluate(noParameters()) { pass in
      activate(pass.constant(Tensor([3], [.nan, 1, .nan])), c.activation).value
    }
    #expect(y.nonfiniteCount() == 2)
  }

  @Test func farOutValuesStayFinite() {
    let far = Tensor([4], [-1e30, -100, 100, 1e30])
    let (sigmoid, tanh) = evaluate(noParameters()) { pass in
      (activate(pass.constant(far), .sigmoid).value.elements, activate(pass.constant(far), .tanh).value.elements)
    }
    // Below the least normal number, or that number where denormal ones are flushed.
    #expect(sigmoid[0] == 0 && sigmoid[1] <= .leastNormalMagnitude && sigmoid[2...] == [1, 1])
    #expect(tanh == [-1, -1, 1, 1])
  }
}
