import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct DropoutTests {
  static let training = Mode.training(recordsStatistics: false)

  /// The gradient of Σ y is the mask itself: it must be the one of the forward pass, however both lie in memory.
  @Test(arguments: LayoutPair.mixed.map(\.input), LayoutPair.mixed.map(\.gradient))
  func thePullbackAppliesTheSameMask(_ input: Layout, _ gradient: Layout) throws {
    let (key, values) = try build(from: .random(seed: 0)) { $0.parameter("x", [2, 11, 5, 7], .ones) }
    let result = valueAndGradients(
      of: values, mode: Self.training, generator: Generator(seed: 3, stream: "mask")
    ) { pass in
      let y = dropout(relaid(pass[key], in: input), rate: 0.4, in: pass)
      let turned = Variable.result(y.value, of: [y]) { dy, _ in [dy.converted(to: gradient)] }
      return (sum(turned), y.value)
    }
    #expect(result.gradients.tensors[0].elements == result.output.elements)
    #expect(Set(result.output.elements) == [0, 1 / (1 - 0.4)])
  }

  @Test(arguments: [Float(0.1), 0.5, 0.9])
  func dropsItsShareAndKeepsTheMean(_ rate: Float) {
    let count = 100_000
    let y = evaluate(noParameters(), mode: Self.training) { pass in
      dropout(pass.constant(.filled([count], with: 1)), rate: rate, in: pass).value
    }
    let dropped = Double(y.elements.count { $0 == 0 }) / Double(count)
    // Five standard deviations.
    let spread = 5 * (Double(rate * (1 - rate)) / Double(count)).squareRoot()
    #expect(abs(dropped - Double(rate)) < spread)
    #expect(abs(y.total() / Double(count) - 1) < spread / Double(1 - rate))
  }

  @Test func neighboursAreIndependent() {
    let count = 100_000
    let y = evaluate(noParameters(), mode: Self.training) { pass in
      dropout(pass.constant(.filled([count], with: 1)), rate: 0.5, in: pass).value.elements
    }
    for distance in [1, 2, 16, 64] {
      let both = (0..<count - distance).count { y[$0] == 0 && y[$0 + distance] == 0 }
      #expect(abs(Double(both) / Double(count - distance) - 0.25) < 0.01)
    }
  }

  @Test func everyUseHasAMaskOfItsOwn() {
    let (first, second) = evaluate(noParameters(), mode: Self.training) { pass in
      let x = pass.constant(.filled([1000], with: 1))
      return (dropout(x, rate: 0.5, in: pass).value.elements, dropout(x, rate: 0.5, in: pass).value.elements)
    }
    #expect(first != second)
  }

  @Test func inUseNothingIsDropped() {
    let x = Tensor([4], [1, 2, 3, 4])
    let y = evaluate(noParameters(), mode: .inference) { pass in
      dropout(pass.constant(x), rate: 0.9, in: pass).value.elements
    }
    #expect(y == x.elements)
  }

  @Test func aRateOfZeroDropsNothing() {
    let y = evaluate(noParameters(), mode: Self.training) { pass in
      dropout(pass.constant(.filled([1000], with: 2)), rate: 0, in: pass).value.elements
    }
    #expect(Set(y) == [2])
  }
}
