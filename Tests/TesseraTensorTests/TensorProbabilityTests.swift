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

  /// The formula in double precision, over more pixels than a tile of the kernel, two images, void among them.
  @Test(arguments: [Float(0), 0.4, 0.9, 1], [Layout.rows, .blocked])
  func softenedTruthFollowsItsFormula(_ threshold: Float, _ layout: Layout) {
    let (classes, pixels) = (5, 221)
    let s = Tensor.random([2, classes, 13, 17]).scaled(by: 6).softmax()
    let indices = (0..<2 * pixels).map { $0 % 7 == 0 ? LabelBatch.void : UInt16($0 % classes) }
    let labels = LabelBatch(shape: [2, 13, 17], classCount: classes, indices: indices)
    let y = s.converted(to: layout).softenedTruth(labels, threshold: threshold).elements
    let probabilities = s.elements.map(Double.init)
    let floor = Double(threshold)
    for (place, label) in indices.enumerated() {
      let at = (0..<classes).map { (place / pixels * classes + $0) * pixels + place % pixels }
      guard label != LabelBatch.void else {
        #expect(at.allSatisfy { y[$0] == 0 })
        continue
      }
      let own = probabilities[at[Int(label)]]
      let expected = (0..<classes).map { c in
        if own >= floor { return probabilities[at[c]] }
        return c == Int(label) ? floor : probabilities[at[c]] * (1 - floor) / (1 - own)
      }
      #expect(zip(at, expected).allSatisfy { abs(Double(y[$0]) - $1) < 1e-6 }, "pixel \(place)")
      #expect(abs(at.reduce(0) { $0 + Double(y[$1]) } - 1) < 2e-6)
    }
  }

  /// Nothing is divided by 0, nor is infinity made on the way; a NaN shows, but not where a pixel is void.
  @Test func softenedTruthAtItsEdges() {
    let s = Tensor([1, 2, 1, 4], [1, 0, .nan, .nan, /**/ 0, 1, 0.5, 0.5])
    let labels = LabelBatch(shape: [1, 1, 4], classCount: 2, indices: [0, 0, 0, LabelBatch.void])
    let y = s.softenedTruth(labels, threshold: 0.9).elements
    #expect(y[0] == 1 && y[4] == 0)
    #expect(y[1] == 0.9 && abs(y[5] - 0.1) < 1e-7)
    #expect(y[2].isNaN && y[3] == 0 && y[7] == 0)
  }

  @Test func sizesMustFit() async {
    await #expect(processExitsWith: .failure) {
      let labels = LabelBatch(shape: [1, 1, 1], classCount: 1, indices: [0])
      _ = Tensor.zeros([1, 2, 1, 1]).softenedTruth(labels, threshold: 0.9)
    }
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
