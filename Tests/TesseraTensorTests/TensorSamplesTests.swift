import Testing

@testable import TesseraTensor

struct TensorSamplesTests {
  private func counted(_ shape: Shape, from start: Float = 0) -> Tensor {
    Tensor(shape, (0..<shape.count).map { start + Float($0) })
  }

  @Test func partsFollowOneAnother() {
    let whole = Tensor.concatenatingSamples([counted([1, 2]), counted([2, 2], from: 2), counted([0, 2])])
    #expect(whole.shape == [3, 2] && whole.elements == [0, 1, 2, 3, 4, 5])
  }

  /// The first part decides how samples lie.
  @Test(arguments: Layout.allCases, [Precision.f32, .bf16])
  func layoutsAndPrecisions(_ layout: Layout, _ precision: Precision) {
    let (a, b) = (counted([1, 3, 2, 1]), counted([2, 3, 2, 1], from: 6))
    let whole = Tensor.concatenatingSamples([a.converted(to: layout, precision), b])
    #expect(whole.layout == layout && whole.precision == precision)
    #expect(whole.elements == (0..<18).map(Float.init))
    let part = whole.samples(1..<3)
    #expect(part.shape == [2, 3, 2, 1] && part.layout == layout && part.elements == b.elements)
    #expect(whole.samples(3..<3).shape == [0, 3, 2, 1])
  }

  @Test func entropyOfScores() {
    // Even scores: ln of their number; one far above: 0; in between by hand.
    let even = Tensor.filled([2, 4, 3, 5], with: 7)
    #expect(abs(even.meanEntropy(stride: 1) - 1.3862944) < 1e-6)
    #expect(abs(even.meanEntropy(stride: 100) - 1.3862944) < 1e-6)
    #expect(Tensor([1, 2, 1, 1], [1000, -1000]).meanEntropy() == 0)
    // p = (3/4, 1/4) at one pixel, (1/2, 1/2) at the other.
    let mixed = Tensor([1, 2, 1, 2], [1.0986123, 0, 0, 0])
    let expected: Float = (0.5623351 + 0.6931472) / 2
    #expect(abs(mixed.meanEntropy(stride: 1) - expected) < 1e-6)
    #expect(abs(mixed.meanEntropy(stride: 2) - 0.5623351) < 1e-6)
    #expect(Tensor([1, 2, 1, 1], [.nan, 0]).meanEntropy().isNaN)
  }
}
