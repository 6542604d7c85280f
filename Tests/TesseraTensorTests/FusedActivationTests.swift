import Testing

@testable import TesseraTensor

/// A function applied by a convolution to its results is what a pass of its own would give.
@Suite struct FusedActivationTests {
  struct Case: Sendable {
    let plan: ConvolutionPlan
    let geometry: ConvolutionGeometry
    let inputs: Int
  }

  static let cases = [
    Case(
      plan: ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked),
      geometry: .same(kernel: 3), inputs: 19),
    Case(
      plan: ConvolutionPlan(algorithm: .depthwise, source: .blocked, destination: .blocked),
      geometry: .same(kernel: 5, groups: 24), inputs: 24),
    Case(
      plan: ConvolutionPlan(algorithm: .direct, source: .blocked, destination: .blocked),
      geometry: .same(kernel: 1), inputs: 40),
    Case(
      plan: ConvolutionPlan(algorithm: .direct, source: .rows, destination: .blocked),
      geometry: .same(kernel: 3, stride: 2), inputs: 3),
    Case(
      plan: ConvolutionPlan(algorithm: .direct, source: .channelsLast, destination: .channelsLast),
      geometry: .same(kernel: 3), inputs: 5),
  ]

  @Test(arguments: cases, [Activation.relu, .hardSwish]) func isAppliedOnce(_ c: Case, _ activation: Activation) {
    let source: Shape = [2, c.inputs, 9, 13]
    let weights: Shape = [24, c.inputs / c.geometry.groups, c.geometry.kernel.height, c.geometry.kernel.width]
    let (x, w, b) = (Tensor.random(source), Tensor.random(weights, seed: 2), Tensor.random([24], seed: 3))
    for precision in [Precision.f32, .bf16] {
      guard ComputeThreads.computes(precision) else { continue }
      let convolution = Convolution(
        source: source, weights: weights, hasBias: true, geometry: c.geometry, precision: precision, plan: c.plan)
      let fused = convolution.forward([x], weights: w, bias: b, activation: activation)
      let apart = convolution.forward([x], weights: w, bias: b).activated(by: activation)
      #expect(fused.precision == precision)
      #expect(fused.deviation(from: apart) < (precision == .f32 ? 1e-6 : 0x1p-7))
    }
  }
}
