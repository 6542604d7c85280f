import TesseraTensor
import Testing

@testable import TesseraTraining

struct SelfLabelsTests {
  private static let probabilities = Tensor(
    [1, 2, 2, 4], [0.9, 0.2, 0.6, 0.5, 0.1, 0.8, 0.3, 0.7, /**/ 0.1, 0.8, 0.4, 0.5, 0.9, 0.2, 0.7, 0.3])
  private static let void = LabelBatch.void
  private static let shown = LabelBatch(shape: [1, 2, 4], classCount: 1, indices: [UInt16](repeating: 0, count: 8))

  /// σ(z) > T place by place; a place stands for the pixels that fall into it.
  @Test func onlyTrustedPlacesAreLabelled() {
    // σ(0) = 0.5, σ(−2) = 0.119.
    let own = SelfLabels(
      of: Self.probabilities, shown: Self.shown, trusted: Tensor([1, 1, 1, 2], [0, -2]), above: 0.2)
    #expect(own.labels.indices == [0, 1, Self.void, Self.void, 1, 0, Self.void, Self.void])
    #expect(own.trustedShare == 0.5)
  }

  @Test(arguments: [(Float(0), Float(1)), (1, 0), (0.5, 0)])
  func thresholds(_ threshold: Float, _ share: Float) {
    let own = SelfLabels(
      of: Self.probabilities, shown: Self.shown, trusted: Tensor([1, 1, 1, 1], [0]), above: threshold)
    #expect(own.trustedShare == share)
  }

  /// What a crop shows beside its image is void, however much it is trusted.
  @Test func whatIsNoImageIsNotLabelled() {
    let shown = LabelBatch(
      shape: [1, 2, 4], classCount: 1, indices: [0, 0, Self.void, 0, Self.void, 0, 0, 0])
    let own = SelfLabels(of: Self.probabilities, shown: shown, trusted: Tensor([1, 1, 1, 2], [1, -9]), above: 0.5)
    #expect(own.labels.indices == [0, 1, Self.void, Self.void, Self.void, 0, Self.void, Self.void])
    #expect(own.trustedShare == 0.5)
  }

  /// Sizes that are no multiple of the places'.
  @Test func oddSizes() {
    let probabilities = Tensor.filled([1, 1, 3, 5], with: 1)
    let own = SelfLabels(
      of: probabilities,
      shown: LabelBatch(shape: [1, 3, 5], classCount: 1, indices: [UInt16](repeating: 0, count: 15)),
      trusted: Tensor([1, 1, 2, 2], [1, -9, -9, 1]), above: 0.5)
    let (yes, no) = (UInt16(0), Self.void)
    #expect(own.labels.indices == [yes, yes, yes, no, no, yes, yes, yes, no, no, no, no, no, yes, yes])
  }

  /// No number is no trust.
  @Test func noNumberIsNotTrusted() {
    let own = SelfLabels(
      of: Self.probabilities, shown: Self.shown, trusted: Tensor([1, 1, 1, 1], [.nan]), above: 0)
    #expect(own.trustedShare == 0)
  }
}
