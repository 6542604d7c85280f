import TesseraNN
import TesseraTensor
import Testing

@testable import TesseraModels

@Suite(.serialized) struct Dilated8Tests {
  private static func small(_ scope: ParameterScope) -> Dilated8 {
    Dilated8(scope, classCount: 3, stageWidths: [4, 6, 8, 10, 12], hiddenWidth: 16)
  }

  /// The layers of the authors' network for CamVid, in its order.
  @Test func names() {
    let places = [
      "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv4_1", "conv4_2", "conv4_3",
      "conv5_1", "conv5_2", "conv5_3", "fc6", "fc7", "final", "ctx_conv1_1", "ctx_conv1_2", "ctx_conv2_1",
      "ctx_conv3_1", "ctx_conv4_1", "ctx_conv5_1", "ctx_fc1", "ctx_final",
    ]
    let expected = places.flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(claims { Dilated8($0, classCount: 11) }.map(\.name) == expected)
  }

  @Test func shapes() {
    let shapes = Dictionary(
      uniqueKeysWithValues: claims { Dilated8($0, classCount: 11) }.map { ($0.name, $0.shape) })
    #expect(shapes["conv1_1.weight"] == [64, 3, 3, 3] && shapes["conv3_3.weight"] == [256, 256, 3, 3])
    #expect(shapes["conv5_1.weight"] == [512, 512, 3, 3] && shapes["fc6.weight"] == [4096, 512, 7, 7])
    #expect(shapes["fc7.weight"] == [4096, 4096, 1, 1] && shapes["final.weight"] == [11, 4096, 1, 1])
    #expect(shapes["ctx_conv5_1.weight"] == [11, 11, 3, 3] && shapes["ctx_final.weight"] == [11, 11, 1, 1])
  }

  /// VGG-16's convolutions are 14,714,688, its two wide layers 102,764,544 and 16,781,312.
  @Test(arguments: [(8, 4_160), (11, 7_832), (21, 28_392)])
  func parameterCounts(_ classCount: Int, _ context: Int) {
    let all = claims { Dilated8($0, classCount: classCount) }
    #expect(learnedCount(all.filter { $0.name.hasPrefix("conv") }) == 14_714_688)
    #expect(learnedCount(all.filter { $0.name.hasPrefix("fc6") }) == 102_764_544)
    #expect(learnedCount(all.filter { $0.name.hasPrefix("fc7") }) == 16_781_312)
    #expect(learnedCount(all.filter { $0.name.hasPrefix("final") }) == 4097 * classCount)
    #expect(learnedCount(all.filter { $0.name.hasPrefix("ctx") }) == context)
    #expect(learnedCount(all) == 134_260_544 + 4097 * classCount + context)
  }

  @Test(arguments: [[2, 3, 29, 47], [1, 3, 8, 8]] as [Shape])
  func agreesWithPyTorch(_ shape: Shape) throws {
    try GoldenSegmenter("dilated8").expectAgreement(
      shape, full: ["conv1_1.weight", "conv5_3.weight"], Self.small
    ) { network, images, pass in
      network(images, in: pass).variable
    }
  }

  @Test(arguments: [[2, 3, 19, 37], [1, 3, 1, 1]] as [Shape])
  func contextAgreesWithPyTorch(_ shape: Shape) throws {
    try GoldenSegmenter("context").expectAgreement(shape) {
      ContextModule($0, classCount: 3)
    } logits: { network, scores, pass in
      network(scores, in: pass)
    }
  }

  /// At the start positive scores go through to the bit, and negative ones become 0.
  @Test func contextStartsByTheIdentity() throws {
    let (context, values) = try build(from: .random(seed: 5)) { ContextModule($0, classCount: 11) }
    #expect(values.parameterCount == 7_832)
    var state: UInt64 = 11
    let scores = uniform([2, 11, 5, 40], &state)
    let found = evaluate(values) { context($0.constant(scores), in: $0).value }
    #expect(deviation(found, from: scores.activated(by: .relu)) < 1e-6)
  }

  /// One score reaches 33 to each side, and no further: the field is 67.
  @Test func contextSeesSixtySevenScores() throws {
    let golden = try GoldenSegmenter("context")
    // No bias and no negative weight, so that no rectifier hides a path.
    let positive = golden.weights.mapValues { tensor in
      tensor.shape.rank == 1 ? Tensor.zeros(tensor.shape) : Tensor(tensor.shape, tensor.elements.map(abs))
    }
    let (context, values) = try build(from: .stored(positive)) { ContextModule($0, classCount: 3) }
    var numbers = [Float](repeating: 0, count: 3 * 91)
    numbers[45] = 1
    let found = evaluate(values) { context($0.constant(Tensor([1, 3, 1, 91], numbers)), in: $0).value.elements }
    let reached = (0..<91).filter { found[$0] != 0 }
    #expect(reached.first == 45 - 33 && reached.last == 45 + 33)
  }

  @Test func dropsInTrainingAlone() throws {
    let (network, values) = try build(from: .stored(GoldenSegmenter("dilated8").weights), Self.small)
    func features(_ mode: Mode, seed: UInt64) -> [Float] {
      valueAndGradients(of: values, mode: mode, generator: Generator(seed: seed, stream: "dropout")) { pass in
        var state: UInt64 = 2
        let logits = network(pass.constant(uniform([1, 3, 24, 32], &state)), in: pass)
        return (mean(logits.variable), logits.features.value)
      }.output.elements
    }
    let training = Mode.training(recordsStatistics: true)
    #expect(features(training, seed: 1) != features(training, seed: 2))
    #expect(features(.inference, seed: 1) == features(.inference, seed: 2))
    let dropped = features(training, seed: 3).filter { $0 == 0 }.count
    let closed = features(.inference, seed: 3).filter { $0 == 0 }.count
    #expect(dropped > closed)
  }

  /// The features are those that `final` scores.
  @Test func featuresAreWhatIsScored() throws {
    let (network, values) = try build(from: .stored(GoldenSegmenter("dilated8").weights), Self.small)
    var state: UInt64 = 2
    let images = uniform([2, 3, 17, 31], &state)
    let features = evaluate(values) { network($0.constant(images), in: $0).features.value }
    #expect(features.shape == [2, 16, 2, 3])
    #expect(features.elements.allSatisfy { $0 >= 0 })
  }

  /// Away from the edges, bilinear enlargement is the source's transposed convolution of stride 8, kernel 16 and pad 4.
  @Test func enlargementIsTheSourcesTransposedConvolution() throws {
    var state: UInt64 = 4
    let scores = uniform([1, 2, 3, 5], &state)
    // Caffe's bilinear filler: 1 − |i / f − c| with f = 8 and c = 15/16.
    let taps = (0..<16).map { 1 - abs(Float($0) / 8 - 15 / 16) }
    let kernel = Tensor([2, 1, 16, 16], (0..<2).flatMap { _ in taps.flatMap { row in taps.map { row * $0 } } })
    let (enlarged, transposed) = try evaluate(noParameters()) { pass in
      (
        resample(pass.constant(scores), height: 24, width: 40, .bilinear).value.elements,
        convolveTransposed(
          pass.constant(scores), pass.constant(kernel), nil,
          ConvolutionGeometry(kernel: .init(16), stride: .init(8), padding: .init(4), groups: 2)
        ).value
      )
    }
    #expect(transposed.shape == [1, 2, 24, 40])
    let other = transposed.elements
    for channel in 0..<2 {
      for row in 4..<20 {
        for column in 4..<36 {
          let index = (channel * 24 + row) * 40 + column
          #expect(abs(enlarged[index] - other[index]) < 1e-5, "\(channel), \(row), \(column)")
        }
      }
    }
  }

  @Test func smallestSide() throws {
    let network = try build(from: .random(seed: 1), Self.small).network
    #expect(network.minimumSide == 8 && network.classCount == 3)
    // No batch is normalised, so that a single image is enough.
    #expect(network.coarsestPixels(height: 8, width: 9) == 72)
  }
}
