import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

/// Ground truth softened by the prediction.
@Suite struct ScalingEncodingTests {
  /// Four pixels: sure and right, between, sure and wrong, void.
  static let labels = LabelBatch(shape: [1, 1, 4], classCount: 3, indices: [0, 1, 2, LabelBatch.void])
  static let probabilities = Tensor([1, 3, 1, 4], [1, 0.3, 0.75, 0.2, /**/ 0, 0.6, 0.25, 0.3, /**/ 0, 0.1, 0, 0.5])
  static let images = Tensor.zeros([1, 3, 1, 4])

  private static func truth(threshold: Float, scale: Int) throws -> Tensor {
    try evaluate(noParameters()) { pass in
      LabelMapEncoding(.scaling(threshold: threshold), scale: scale)(
        truth: labels, beside: probabilities, images: images, in: pass
      ).variable.value
    }
  }

  @Test func theTrueClassHasAtLeastTheThreshold() throws {
    let found = try Self.truth(threshold: 0.9, scale: 1).elements
    // What is left of 1, a tenth, in the prediction's proportions: 3 to 1, and 3 to 1.
    let expected: [Float] = [1, 0.075, 0.075, 0, /**/ 0, 0.9, 0.025, 0, /**/ 0, 0.025, 0.9, 0]
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    for pixel in 0..<3 { #expect(abs(found[pixel] + found[4 + pixel] + found[8 + pixel] - 1) < 1e-6) }
    #expect([0, 4, 8].map { found[$0] } == [1, 0, 0])
  }

  /// At a threshold of 0 the prediction itself, of 1 the ground truth.
  @Test func theEndsOfTheRange() throws {
    let masked: [Float] = [1, 0.3, 0.75, 0, /**/ 0, 0.6, 0.25, 0, /**/ 0, 0.1, 0, 0]
    #expect(try Self.truth(threshold: 0, scale: 1).elements == masked)
    #expect(try Self.truth(threshold: 1, scale: 1).elements == Tensor.oneHot(Self.labels).elements)
  }

  /// Softened at full size, averaged after.
  @Test func windowsAreAveraged() throws {
    let labels = LabelBatch(shape: [1, 2, 2], classCount: 2, indices: [0, 1, LabelBatch.void, 0])
    let probabilities = Tensor([1, 2, 2, 2], [0.5, 0.25, 1, 0.95, /**/ 0.5, 0.75, 0, 0.05])
    let maps = try evaluate(noParameters()) { pass in
      LabelMapEncoding(.scaling(threshold: 0.875), scale: 2)(
        truth: labels, beside: probabilities, images: .zeros([1, 3, 2, 2]), in: pass)
    }
    let found = maps.variable.value.elements
    #expect(abs(found[0] - (0.875 + 0.125 + 0.95) / 4) < 1e-6 && abs(found[1] - (0.125 + 0.875 + 0.05) / 4) < 1e-6)
    #expect(maps.coverage?.elements == [0.75])
  }

  /// The predicted side is as it is without scaling, and so are its gradients.
  @Test func predictionsStayAsTheyAre() throws {
    let (key, values) = try build(from: .stored(["p": Self.probabilities])) {
      $0.parameter("p", [1, 3, 1, 4], .zeros)
    }
    let results = [LabelMapEncoding.Kind.basic, .scaling(threshold: 0.9)].map { kind in
      valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
        let encoding = LabelMapEncoding(kind, scale: 1)
        #expect(encoding.channels(classCount: 3) == 3)
        let maps = encoding(ClassProbabilities(pass[key]), images: Self.images, labels: Self.labels, in: pass).variable
        return (sum(maps * maps), maps.value.elements)
      }
    }
    #expect(results[0].output == results[1].output)
    #expect(results[0].gradients.tensors[0].elements == results[1].gradients.tensors[0].elements)
  }
}
