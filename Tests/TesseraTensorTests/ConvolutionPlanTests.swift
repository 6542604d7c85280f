import Testing

@testable import TesseraTensor

@Suite struct ConvolutionPlanTests {
  static func plan(_ source: Shape, to out: Int, _ geometry: ConvolutionGeometry) -> ConvolutionPlan {
    .choose(source: source, outputChannels: out, geometry: geometry, hasBias: false)
  }

  /// oneDNN has this transform for AVX-512 alone.
  static var hasWinograd: Bool { ComputeThreads.libraries.contains { $0.contains("AVX-512") } }

  @Test(.enabled(if: hasWinograd)) func fullBlocksAreTransformed() {
    let transformed = ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked)
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 3)) == transformed)
    #expect(Self.plan([2, 96, 13, 7], to: 32, .same(kernel: 3)) == transformed)
  }

  @Test func otherWindowsAreNot() {
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 1)).algorithm == .direct)
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 3, stride: 2)).algorithm == .direct)
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 3, dilation: 2)).algorithm == .direct)
    #expect(Self.plan([1, 16, 8, 8], to: 11, .same(kernel: 3)).algorithm == .direct)
    #expect(Self.plan([1, 32, 8, 8], to: 32, .same(kernel: 3, groups: 2)).algorithm == .direct)
  }

  @Test func theSameShapesGetTheSamePlan() {
    for out in [3, 16, 48] {
      #expect(
        Self.plan([1, 3, 9, 9], to: out, .same(kernel: 3)) == Self.plan([1, 3, 9, 9], to: out, .same(kernel: 3)))
    }
  }

  /// All three passes, against products one by one.
  @Test(arguments: [[1, 16, 8, 8], [2, 32, 13, 9], [1, 48, 1, 17]] as [Shape])
  func transformedIsCloseToDirect(_ source: Shape) {
    let weights: Shape = [32, source[1], 3, 3]
    let x = Tensor.random(source, seed: 1)
    let w = Tensor.random(weights, seed: 2)
    let dy = Tensor.random([source[0], 32, source[2], source[3]], seed: 3)
    func passes(_ plan: ConvolutionPlan?) -> [Tensor] {
      let convolution = Convolution(
        source: source, weights: weights, hasBias: false, geometry: .same(kernel: 3), plan: plan)
      return [
        convolution.forward(x, weights: w, bias: nil), convolution.inputGradient(dy, weights: w),
        convolution.weightGradients(x, dy, weights: weights).weights,
      ]
    }
    let direct = ConvolutionPlan(algorithm: .direct, source: .rows, destination: .rows)
    for (chosen, plain) in zip(passes(nil), passes(direct)) { #expect(chosen.deviation(from: plain) < 5e-4) }
  }

  /// Wherever maps lie, the sums are the same but for their order.
  @Test(arguments: [[1, 5, 7, 6], [2, 17, 3, 5], [1, 16, 1, 9]] as [Shape])
  func layoutsChangeNothing(_ source: Shape) {
    let weights: Shape = [11, source[1], 3, 3]
    let (x, w, b) = (Tensor.random(source), Tensor.random(weights), Tensor.random([11]))
    func forward(_ from: Layout, _ to: Layout) -> Tensor {
      Convolution(
        source: source, weights: weights, hasBias: true, geometry: .same(kernel: 3),
        plan: ConvolutionPlan(algorithm: .direct, source: from, destination: to)
      ).forward(x, weights: w, bias: b)
    }
    let plain = forward(.rows, .rows)
    #expect(forward(.blocked, .blocked).deviation(from: plain) < 1e-5)
    #expect(forward(.channelsLast, .channelsLast).deviation(from: plain) < 1e-5)
  }
}
