import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite(.serialized) struct FarabetTests {
  static let sizes: [Shape] = [[2, 3, 23, 38], [1, 3, 13, 13]]

  /// As PyTorch names the same modules; every scale has the same weights.
  @Test func names() {
    let places = ["features.0", "features.3", "features.6", "classifier"]
    let expected = places.flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(claims { Farabet($0, classCount: 8) }.map(\.name) == expected)
  }

  /// 3·16·49 + 16, 16·64·49 + 64 and 64·256·49 + 256; the classifier 768 and a bias for each class.
  @Test(arguments: [(8, 6_152), (11, 8_459), (1, 769)])
  func parameterCounts(_ classCount: Int, _ head: Int) {
    let all = claims { Farabet($0, classCount: classCount) }
    #expect(learnedCount(all.filter { $0.name.hasPrefix("features") }) == 855_680)
    #expect(learnedCount(all.filter { $0.name.hasPrefix("classifier") }) == head)
    #expect(learnedCount(all) == 855_680 + head)
  }

  @Test(arguments: sizes)
  func scalesArePyTorchs(_ shape: Shape) throws {
    let golden = try GoldenSegmenter("farabet")
    let (levels, normalized) = try evaluate(noParameters()) { pass in
      let levels = laplacianPyramid(pass.constant(golden.input(shape)), levels: 3)
      return (levels.map(\.value), levels.map { normalizeContrast($0, side: 15).value })
    }
    for level in 0..<3 {
      #expect(deviation(levels[level], from: try golden.tensor("level\(level)", shape)) < 1e-5)
      #expect(deviation(normalized[level], from: try golden.tensor("normalized\(level)", shape)) < 1e-5)
    }
  }

  @Test(arguments: sizes)
  func agreesWithPyTorch(_ shape: Shape) throws {
    try GoldenSegmenter("farabet").expectAgreement(shape, full: ["features.0.weight"]) {
      Farabet($0, classCount: 8)
    } logits: { network, images, pass in
      network(images, in: pass).variable
    }
  }

  /// The channels of all scales at a quarter of the image's size, which the classifier weighs into the scores.
  @Test func featuresAreWhatIsScored() throws {
    let golden = try GoldenSegmenter("farabet")
    let (network, values) = try build(from: .stored(golden.weights)) { Farabet($0, classCount: 8) }
    let (features, expected, logits) = evaluate(values) { pass in
      let logits = network(pass.constant(golden.input([1, 3, 13, 13])), in: pass)
      let head = values.parameters.suffix(2).map { pass.constant($0) }
      let scores = convolve(logits.features, head[0], head[1], .same(kernel: 1))
      return (
        logits.features.value, resample(scores, height: 13, width: 13, .bilinear).value, logits.variable.value
      )
    }
    #expect(features.shape == [1, 768, 3, 3])
    #expect(deviation(logits, from: expected) < 1e-5)
  }

  @Test func smallestSide() throws {
    let network = try build(from: .random(seed: 1)) { Farabet($0, classCount: 2) }.network
    #expect(network.minimumSide == 13 && network.classCount == 2)
    // No batch is normalised, so that a single image is enough.
    #expect(network.coarsestPixels(height: 13, width: 20) == 260)
  }

  /// Contrast and colour of the light do not matter, for each scale is normalised.
  @Test func ignoresBrightnessAndContrast() throws {
    let golden = try GoldenSegmenter("farabet")
    let (network, values) = try build(from: .stored(golden.weights)) { Farabet($0, classCount: 8) }
    let dark = golden.input([1, 3, 20, 17])
    let bright = dark.adding(dark).adding(dark).adding(.filled(dark.shape, with: 2))
    let logits = evaluate(values) { pass in
      [dark, bright].map { network(pass.constant($0), in: pass).variable.value }
    }
    #expect(deviation(logits[1], from: logits[0]) < 1e-3)
  }

  @Test func flatImagesHaveFiniteLogits() throws {
    let golden = try GoldenSegmenter("farabet")
    let (network, values) = try build(from: .stored(golden.weights)) { Farabet($0, classCount: 8) }
    let step = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 0, stream: "")
    ) { pass in (mean(network(pass.constant(.zeros([1, 3, 16, 16])), in: pass).variable), ()) }
    #expect(step.value.isFinite && step.gradients.tensors.allSatisfy { $0.nonfiniteCount() == 0 })
  }
}
