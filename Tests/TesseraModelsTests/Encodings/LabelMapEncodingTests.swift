import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct LabelMapEncodingTests {
  static let labels = LabelBatch(
    shape: [1, 2, 4], classCount: 2, indices: [0, 1, 1, LabelBatch.void, 0, LabelBatch.void, 1, 1])
  static let probabilities = Tensor(
    [1, 2, 2, 4], [0.5, 0.25, 1, 0.75, 0, 0.5, 0.25, 1, /**/ 0.5, 0.75, 0, 0.25, 1, 0.5, 0.75, 0])

  static let images = Tensor([1, 3, 2, 4], (0..<24).map { Float($0) / 8 - 1 })

  static func encoded(scale: Int) throws -> (truth: [Float], prediction: [Float]) {
    try evaluate(noParameters()) { pass in
      let encoding = LabelMapEncoding(.basic, scale: scale)
      let prediction = ClassProbabilities(pass.constant(probabilities))
      return (
        encoding(truth: labels, beside: probabilities, images: images, in: pass).variable.value.elements,
        encoding(prediction, images: images, labels: labels, in: pass).variable.value.elements
      )
    }
  }

  @Test func atFullSizeVoidIsZeroOnBothSides() throws {
    let (truth, prediction) = try Self.encoded(scale: 1)
    #expect(truth == [1, 0, 0, 0, 1, 0, 0, 0, /**/ 0, 1, 1, 0, 0, 0, 1, 1])
    #expect(prediction == [0.5, 0.25, 1, 0, 0, 0, 0.25, 1, /**/ 0.5, 0.75, 0, 0, 1, 0, 0.75, 0])
  }

  @Test func windowsAreAveraged() throws {
    let (truth, prediction) = try Self.encoded(scale: 2)
    #expect(truth == [0.5, 0, /**/ 0.25, 0.75])
    #expect(prediction == [0.1875, 0.5625, /**/ 0.5625, 0.1875])
  }

  /// Rows and columns that fill no window are left out, on both sides alike.
  @Test func sizesThatAreNoMultiple() throws {
    let labels = LabelBatch(shape: [1, 3, 5], classCount: 1, indices: [UInt16](repeating: 0, count: 15))
    let (truth, images) = (Tensor.oneHot(labels), Tensor.zeros([1, 3, 3, 5]))
    let shape = try evaluate(noParameters()) {
      LabelMapEncoding(.basic, scale: 2)(truth: labels, beside: truth, images: images, in: $0).variable.shape
    }
    #expect(shape == [1, 1, 1, 2])
  }

  @Test func gradientsReachThePredictionButNotItsVoid() throws {
    let (key, values) = try build(from: .stored(["p": Self.probabilities])) {
      $0.parameter("p", [1, 2, 2, 4], .zeros)
    }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      let maps = LabelMapEncoding(.basic, scale: 2)(
        ClassProbabilities(pass[key]), images: Self.images, labels: Self.labels, in: pass)
      return (sum(maps.variable), ())
    }
    let perImage: [Float] = [0.25, 0.25, 0.25, 0, 0.25, 0, 0.25, 0.25]
    #expect(result.gradients.tensors[0].elements == perImage + perImage)
  }

  /// Images come at the maps' size, and the coverage says how much of each place is labelled; nil where all is.
  @Test func imagesAndCoverage() throws {
    let whole = LabelBatch(shape: [1, 2, 4], classCount: 2, indices: [UInt16](repeating: 1, count: 8))
    let (images, covered, uncovered) = try evaluate(noParameters()) { pass in
      let encoding = LabelMapEncoding(.basic, scale: 2)
      let prediction = ClassProbabilities(pass.constant(Self.probabilities))
      let maps = encoding(truth: Self.labels, beside: Self.probabilities, images: Self.images, in: pass)
      let predicted = encoding(prediction, images: Self.images, labels: nil, in: pass)
      let full = encoding(truth: whole, beside: Self.probabilities, images: Self.images, in: pass)
      return (maps.images.value.elements, maps.coverage, [predicted.coverage, full.coverage])
    }
    // The mean of values 8 · c + {0, 1, 4, 5} and {2, 3, 6, 7}, each over 8 less 1.
    #expect(images == [-0.6875, -0.4375, 0.3125, 0.5625, 1.3125, 1.5625])
    #expect(covered?.elements == [0.75, 0.75])
    #expect(uncovered.allSatisfy { $0 == nil })
  }

  @Test func whatIsOutOfRangeIsTheCallersBug() async {
    await #expect(processExitsWith: .failure) { _ = LabelMapEncoding(.basic, scale: 0) }
    await #expect(processExitsWith: .failure) { _ = LabelMapEncoding(.scaling(threshold: 1.5), scale: 1) }
  }
}
