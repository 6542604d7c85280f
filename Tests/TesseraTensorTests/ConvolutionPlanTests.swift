import Testing

@testable import TesseraTensor

@Suite struct ConvolutionPlanTests {
  static func plan(_ source: Shape, to out: Int, _ geometry: ConvolutionGeometry) -> ConvolutionPlan {
    ConvolutionPlan.$leastWinogradOperations.withValue(0) {
      .choose(
        for: ConvolutionShape(
          source: source, outputChannels: out, geometry: geometry, hasBias: false, precision: .f32))
    }
  }

  @Test(.enabled(if: ComputeThreads.hasWideVectors)) func smallWindowsAreTransformed() {
    let transformed = ConvolutionPlan(algorithm: .winograd, source: .blocked, destination: .blocked)
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 3)) == transformed)
    #expect(Self.plan([2, 96, 13, 7], to: 32, .same(kernel: 3)) == transformed)
  }

  @Test func otherWindowsAreNot() {
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 1)).forward == .direct)
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 3, stride: 2)).forward == .direct)
    #expect(Self.plan([1, 16, 8, 8], to: 16, .same(kernel: 3, dilation: 2)).forward == .direct)
    #expect(Self.plan([1, 3, 8, 8], to: 16, .same(kernel: 3)).forward == .direct)
    #expect(Self.plan([1, 32, 8, 8], to: 32, .same(kernel: 3, groups: 2)).forward == .direct)
  }

  @Test func theSameShapesGetTheSamePlan() {
    for out in [3, 16, 48] {
      #expect(
        Self.plan([1, 3, 9, 9], to: out, .same(kernel: 3)) == Self.plan([1, 3, 9, 9], to: out, .same(kernel: 3)))
    }
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

  @Test func tilesAreTransformedWhereItPays() {
    func shape(_ side: Int) -> ConvolutionShape {
      ConvolutionShape(
        source: [1, 64, side, side], outputChannels: 64, geometry: .same(kernel: 3), hasBias: false, precision: .f32)
    }
    // 2 · 9 · 64 · 64 operations a pixel: 22 × 22 pixels have more than 2^25, 21 × 21 fewer.
    #expect((ConvolutionPlan.choose(for: shape(22)).forward == .winograd) == ComputeThreads.hasWideVectors)
    #expect(ConvolutionPlan.choose(for: shape(21)).forward == .direct)
    let plain = ConvolutionPlan.$leastWinogradOperations.withValue(.max) { ConvolutionPlan.choose(for: shape(22)) }
    #expect(plain.forward == .direct && plain.inputGradient == .direct && plain.weightGradient == .direct)
  }
}
