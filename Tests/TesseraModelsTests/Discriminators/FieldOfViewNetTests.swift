import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct FieldOfViewNetTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let design: FieldOfViewNet.Design
    /// Sizes of the kernels before, between and after the halvings.
    let kernels: [[Int]]
    /// By channels of the maps, from 8, 11, 21, 24, 33 to 63.
    let parameterCounts: [Int]
    let field: Int
    let names: [String]
  }

  static let large = ["0.0", "1.0", "2.0", "4.0", "5.0", "7.0", "8"]
  static let small = ["0.0", "1.0", "3.0", "4.0", "6.0", "7"]
  static let cases = [
    Case(
      testDescription: "LargeFOV", design: .large, kernels: [[3, 3, 3], [3, 3], [3, 3]],
      parameterCounts: [2_339_938, 2_342_530, 2_351_170, 2_353_762, 2_361_538, 2_387_458], field: 34, names: large),
    Case(
      testDescription: "LargeFOV-light", design: .largeLight, kernels: [[3, 3, 3], [3, 3], [3, 3]],
      parameterCounts: [860_258, 862_850, 871_490, 874_082, 881_858, 907_778], field: 34, names: large),
    Case(
      testDescription: "SmallFOV", design: .small, kernels: [[3, 1], [3, 1], [3, 1]],
      parameterCounts: [1_561_570, 1_564_162, 1_572_802, 1_575_394, 1_583_170, 1_609_090], field: 18, names: small),
    Case(
      testDescription: "SmallFOV-light", design: .smallLight, kernels: [[3, 1], [3, 1], [3, 1]],
      parameterCounts: [479_202, 481_794, 490_434, 493_026, 500_802, 526_722], field: 18, names: small),
  ]

  /// The published convolutions, counted with their biases.
  @Test(arguments: cases)
  func parameterCounts(_ c: Case) {
    let counts = [8, 11, 21, 24, 33, 63].map { channels in
      learnedCount(claims { FieldOfViewNet($0, c.design, channels: channels) })
    }
    #expect(counts == c.parameterCounts)
  }

  /// As PyTorch names the same modules.
  @Test(arguments: cases)
  func names(_ c: Case) {
    let expected = c.names.flatMap { ["features.\($0).weight", "features.\($0).bias"] }
    #expect(claims { FieldOfViewNet($0, c.design, channels: 11) }.map(\.name) == expected)
  }

  /// What a feature sees, and the last kernel's steps from feature to feature, four pixels apart.
  @Test(arguments: cases)
  func fieldOfView(_ c: Case) throws {
    let seen = try pixelsReachingAFeature(height: 8, width: 60, raising: .maps) {
      FieldOfViewNet($0, c.design, channels: 1)
    }
    let shapes = claims { FieldOfViewNet($0, c.design, channels: 1) }.map(\.shape).filter { $0.rank == 4 }
    #expect(seen + 4 * (shapes[shapes.count - 1][3] - 1) == c.field)
  }

  /// The network written out once more, from operations alone; the smallest side too.
  @Test(arguments: cases, [[2, 13, 9], [1, 4, 4], [3, 5, 8]])
  func agreesWithItsDescription(_ c: Case, _ size: [Int]) throws {
    let (judge, values) = try buildQuickly { FieldOfViewNet($0, c.design, channels: 11) }
    #expect(judge.minimumSide == 4)
    var state: UInt64 = 3
    let maps = uniform([size[0], 11, size[1], size[2]], &state)
    let (verdict, features, expected) = evaluate(values) { pass in
      let verdict = judge(encoded(maps, pass), in: pass)
      return (verdict.logits.value, verdict.features.value, Self.described(c, maps, values, pass))
    }
    #expect(verdict.shape == [size[0], 1, 1, 1])
    #expect(deviation(verdict, from: expected.verdict) < 1e-3)
    #expect(deviation(features, from: expected.features) < 1e-3)
  }

  static func described(
    _ c: Case, _ maps: Tensor, _ values: ParameterSet, _ pass: ForwardPass
  ) -> (verdict: Tensor, features: Tensor) {
    let constants = values.parameters.map { pass.constant($0) }
    let last = constants.count / 2 - 1
    var x = pass.constant(maps)
    var index = 0
    for (stage, kernels) in c.kernels.enumerated() {
      if stage > 0 { x = maxPool(x, .init(kernel: .init(2), stride: .init(2))) }
      for kernel in kernels where index < last {
        x = relu(convolve(x, constants[2 * index], constants[2 * index + 1], .same(kernel: kernel)))
        index += 1
      }
    }
    let features = x.value
    x = convolve(x, constants[2 * last], constants[2 * last + 1], .same(kernel: c.kernels[2][1]))
    let pixels = x.shape[2] * x.shape[3]
    let elements = x.value.elements.map(Double.init)
    let verdicts = (0..<x.shape[0]).map { image in
      let means = (0..<2).map { score in
        elements[(image * 2 + score) * pixels..<(image * 2 + score + 1) * pixels].reduce(0, +) / Double(pixels)
      }
      return Float(means[1] - means[0])
    }
    return (Tensor([x.shape[0], 1, 1, 1], verdicts), features)
  }
}
