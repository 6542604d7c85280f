import TesseraTensor
import Testing

@Suite struct TensorProbabilityTests {
  @Test func oneHotIsZeroWhereVoid() {
    let labels = LabelBatch(shape: [2, 1, 2], classCount: 3, indices: [2, LabelBatch.void, 0, 1])
    let y = Tensor.oneHot(labels)
    #expect(y.shape == [2, 3, 1, 2])
    #expect(y.elements == [0, 0, 0, 0, 1, 0, /**/ 1, 0, 0, 1, 0, 0])
  }

  @Test(arguments: [Layout.rows, .channelsLast, .blocked])
  func tiesGoToTheLowestClass(_ layout: Layout) {
    let x = Tensor([1, 3, 1, 4], [1, 0, -5, 2, 1, 3, -4, 2, 0, 3, -6, 7])
    #expect(x.converted(to: layout).largestChannel() == [0, 1, 1, 2])
  }

  /// Longer than one tile of the kernel, and two images.
  @Test func theLargestOfManyPixels() {
    let x = Tensor.random([2, 11, 13, 17])
    let elements = x.elements
    let expected = (0..<2 * 13 * 17).map { index in
      let at = index / 221 * 11 * 221 + index % 221
      return UInt16((0..<11).max { elements[at + $0 * 221] < elements[at + $1 * 221] } ?? 0)
    }
    #expect(x.largestChannel() == expected)
  }

  @Test func oneClassIsAlwaysTheLargest() {
    #expect(Tensor([1, 1, 1, 2], [-.infinity, 3]).largestChannel() == [0, 0])
  }

  @Test func sizesMustFit() async {
    await #expect(processExitsWith: .failure) {
      let labels = LabelBatch(shape: [1, 2, 2], classCount: 2, indices: [0, 1, 0, 1])
      _ = Tensor.zeros([1, 2, 4, 1]).maskingVoid(labels)
    }
    await #expect(processExitsWith: .failure) {
      let labels = LabelBatch(shape: [1, 1, 1], classCount: 3, indices: [2])
      _ = Tensor.zeros([1, 2, 1, 1]).crossEntropy(labels, weights: nil)
    }
  }
}
