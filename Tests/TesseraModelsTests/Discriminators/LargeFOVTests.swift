import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct LargeFOVTests {
  /// The published convolutions, counted with their biases.
  @Test(arguments: [(8, 2_339_938), (11, 2_342_530), (21, 2_351_170), (33, 2_361_538), (63, 2_387_458)])
  func parameterCounts(_ channels: Int, _ expected: Int) {
    #expect(learnedCount(claims { LargeFOV($0, channels: channels) }) == expected)
  }

  /// As PyTorch names the same modules.
  @Test func names() {
    let places = ["0.0", "1.0", "2.0", "4.0", "5.0", "7.0", "8"]
    let expected = places.flatMap { ["features.\($0).weight", "features.\($0).bias"] }
    #expect(claims { LargeFOV($0, channels: 11) }.map(\.name) == expected)
  }

  /// The network written out once more, from operations alone; the smallest side too.
  @Test(arguments: [(2, 13, 9), (1, 4, 4), (3, 5, 8)])
  func agreesWithItsDescription(_ batch: Int, _ height: Int, _ width: Int) throws {
    let (judge, values) = try buildQuickly { LargeFOV($0, channels: 11) }
    #expect(judge.minimumSide == 4)
    var state: UInt64 = 3
    let maps = uniform([batch, 11, height, width], &state)
    let (verdict, expected) = evaluate(values) { pass in
      (judge(encoded(maps, pass), in: pass).logits.value, Self.described(maps, values, pass))
    }
    #expect(verdict.shape == [batch, 1, 1, 1])
    #expect(deviation(verdict, from: expected) < 1e-3)
  }

  static func described(_ maps: Tensor, _ values: ParameterSet, _ pass: ForwardPass) -> Tensor {
    let constants = values.parameters.map { pass.constant($0) }
    func convolved(_ x: Variable, _ index: Int) -> Variable {
      convolve(x, constants[2 * index], constants[2 * index + 1], .same(kernel: 3))
    }
    func half(_ x: Variable) -> Variable { maxPool(x, .init(kernel: .init(2), stride: .init(2))) }
    var x = (0..<3).reduce(pass.constant(maps)) { relu(convolved($0, $1)) }
    x = (3..<5).reduce(half(x)) { relu(convolved($0, $1)) }
    x = convolved(relu(convolved(half(x), 5)), 6)
    let pixels = x.shape[2] * x.shape[3]
    let elements = x.value.elements.map(Double.init)
    return Tensor(
      [x.shape[0], 1, 1, 1],
      (0..<x.shape[0]).map { image in
        let means = (0..<2).map { score in
          elements[(image * 2 + score) * pixels..<(image * 2 + score + 1) * pixels].reduce(0, +) / Double(pixels)
        }
        return Float(means[1] - means[0])
      })
  }

  @Test func lossesOfVerdicts() throws {
    let verdicts = Tensor([2, 1, 1, 1], [0, 0])
    let losses = try evaluate(noParameters()) { pass in
      let logits = pass.constant(verdicts)
      return [Float(0), 1].map { Verdict(logits, features: logits).loss(target: $0).value.scalar }
    }
    #expect(losses == [0.6931472, 0.6931472])
  }
}
