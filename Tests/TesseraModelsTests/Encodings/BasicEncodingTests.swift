import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct BasicEncodingTests {
  static let labels = LabelBatch(
    shape: [1, 2, 4], classCount: 2, indices: [0, 1, 1, LabelBatch.void, 0, LabelBatch.void, 1, 1])
  static let probabilities = Tensor(
    [1, 2, 2, 4], [0.5, 0.25, 1, 0.75, 0, 0.5, 0.25, 1, /**/ 0.5, 0.75, 0, 0.25, 1, 0.5, 0.75, 0])

  static func encoded(scale: Int) throws -> (truth: [Float], prediction: [Float]) {
    try evaluate(noParameters()) { pass in
      let encoding = BasicEncoding(scale: scale)
      let prediction = ClassProbabilities(pass.constant(probabilities))
      return (
        encoding(truth: labels, in: pass).variable.value.elements,
        encoding(prediction, labels: labels).variable.value.elements
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
    let shape = try evaluate(noParameters()) { BasicEncoding(scale: 2)(truth: labels, in: $0).variable.shape }
    #expect(shape == [1, 1, 1, 2])
  }

  @Test func gradientsReachThePredictionButNotItsVoid() throws {
    let (key, values) = try build(from: .stored(["p": Self.probabilities])) {
      $0.parameter("p", [1, 2, 2, 4], .zeros)
    }
    let result = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      (sum(BasicEncoding(scale: 2)(ClassProbabilities(pass[key]), labels: Self.labels).variable), ())
    }
    let perImage: [Float] = [0.25, 0.25, 0.25, 0, 0.25, 0, 0.25, 0.25]
    #expect(result.gradients.tensors[0].elements == perImage + perImage)
  }

  @Test func aScaleOfNothingIsTheCallersBug() async {
    await #expect(processExitsWith: .failure) { _ = BasicEncoding(scale: 0) }
  }
}
