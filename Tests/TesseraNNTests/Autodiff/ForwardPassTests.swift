import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct ForwardPassTests {
  static let training = Mode.training(recordsStatistics: true)

  struct Network {
    let convolution: Conv2D
    let norm: BatchNorm2D

    static func build(seed: UInt64) throws -> (Network, ParameterSet) {
      let (network, values) = try TesseraNN.build(from: .random(seed: seed)) { scope in
        Network(
          convolution: Conv2D(scope["conv"], from: 3, to: 3, .same(kernel: 3), bias: true),
          norm: BatchNorm2D(scope["norm"], channels: 3, activation: .relu))
      }
      return (network, values)
    }

    func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
      norm(convolution(x, in: pass), in: pass)
    }
  }

  static func image() -> Tensor {
    var generator = Generator(seed: 34, stream: "image")
    return ReferenceMap.random([2, 3, 5, 4], &generator).tensor
  }

  /// The gradient passes through the second network, whose own numbers get none and stay as they are.
  @Test func anotherNetworkIsConstantButPassesGradientsOn() throws {
    let (first, learning) = try Network.build(seed: 1)
    let (second, constant) = try Network.build(seed: 2)
    let before = constant.weights.map(\.tensor.elements)
    let result = valueAndGradients(
      of: learning, mode: Self.training, generator: Generator(seed: 0, stream: "")
    ) { pass in
      let judge = pass.constants(constant, mode: .training(recordsStatistics: false))
      let y = second(first(pass.constant(Self.image()), in: pass), in: judge)
      #expect(judge.entries.allSatisfy { $0 == nil })
      #expect(zip(judge.buffers, constant.buffers).allSatisfy { $0.elements == $1.elements })
      return (sum(y * y), ())
    }
    #expect(result.gradients.tensors.count == learning.names.count)
    #expect(result.gradients.norm > 0)
    #expect(constant.weights.map(\.tensor.elements) == before)
    #expect(result.buffers.map(\.elements) != learning.buffers.map(\.elements))
  }

  @Test func evaluationMovesNoStatistics() throws {
    let (network, values) = try Network.build(seed: 3)
    for mode in [Mode.inference, .training(recordsStatistics: false)] {
      let result = valueAndGradients(of: values, mode: mode, generator: Generator(seed: 0, stream: "")) { pass in
        (sum(network(pass.constant(Self.image()), in: pass)), ())
      }
      #expect(result.buffers.map(\.elements) == values.buffers.map(\.elements))
    }
  }

  @Test func twiceTheSameIsTheSameToTheBit() throws {
    let (network, values) = try Network.build(seed: 4)
    func run() -> ([UInt32], [[UInt32]]) {
      let result = valueAndGradients(
        of: values, mode: Self.training, generator: Generator(seed: 5, stream: "")
      ) { pass in
        let y = dropout(network(pass.constant(Self.image()), in: pass), rate: 0.5, in: pass)
        return (sum(y * y), y.value.elements.map(\.bitPattern))
      }
      return (result.output, result.gradients.tensors.map { $0.elements.map(\.bitPattern) })
    }
    #expect(run() == run())
  }

  /// Masks of two networks in one evaluation are different, and the next evaluation goes on after both.
  @Test func networksOfOneEvaluationShareTheGenerator() throws {
    let (_, values) = try Network.build(seed: 6)
    let start = Generator(seed: 7, stream: "masks")
    let result = valueAndGradients(of: values, mode: Self.training, generator: start) { pass in
      let judge = pass.constants(values, mode: .training(recordsStatistics: false))
      let ones = pass.constant(.filled([1000], with: 1))
      let masks = [judge, pass, judge].map { dropout(ones, rate: 0.5, in: $0).value.elements }
      return (pass.constant(Tensor(scalar: 0)), masks)
    }
    #expect(Set(result.output).count == 3)
    var expected = start
    for _ in 0..<3 { _ = expected.next() }
    #expect(result.generator == expected)
  }

  @Test func keysOfAnotherSetAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) {
      let (key, _) = try build(from: .random(seed: 0)) { $0.parameter("a", [1], .zeros) }
      let (_, other) = try build(from: .random(seed: 0)) { $0.parameter("b", [1], .zeros) }
      evaluate(other) { pass in _ = pass[key] }
    }
  }

  @Test func operandsOfTwoEvaluationsAreTheCallersBug() async {
    await #expect(processExitsWith: .failure) {
      let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("a", [1], .zeros) }
      evaluate(values) { first in evaluate(values) { second in _ = first[key] + second[key] } }
    }
  }
}
