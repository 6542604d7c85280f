import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite(.serialized) struct LRASPPTests {
  /// The golden's network of 3 classes.
  private static func golden() throws -> (network: LRASPP, values: ParameterSet, golden: GoldenLRASPP) {
    let golden = try GoldenLRASPP()
    let (network, values) = try build(from: .stored(GoldenLRASPP.weights(golden.names))) { LRASPP($0, classCount: 3) }
    return (network, values, golden)
  }

  private static func images(_ shape: Shape) -> Tensor { GoldenLRASPP.uniform("image.\(size(shape))", shape) }

  /// A batch's size as the golden names it.
  private static func size(_ shape: Shape) -> String { "\(shape[0])x\(shape[2])x\(shape[3])" }

  @Test func namesAndShapesAreTorchvisions() throws {
    let expected = try GoldenLRASPP().names
    let found = claims { LRASPP($0, classCount: 3) }
    #expect(found.count == expected.count)
    #expect(
      Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.shape) })
        == Dictionary(uniqueKeysWithValues: expected.map { ($0.name, $0.shape) }))
  }

  /// As torchvision counts them.
  @Test func parameterCount() {
    #expect(learnedCount(claims { LRASPP($0, classCount: 21) }) == 3_221_538)
  }

  @Test(arguments: [[2, 3, 53, 77], [1, 3, 33, 32], [2, 3, 5, 3], [1, 3, 1, 1]] as [Shape])
  func logitsInUseAreTorchvisions(_ shape: Shape) throws {
    let (network, values, golden) = try Self.golden()
    let logits = evaluate(values) { network($0.constant(Self.images(shape)), in: $0).variable.value }
    #expect(deviation(logits, from: try golden["\(Self.size(shape)).inference"]) < 1e-5)
  }

  @Test(arguments: [[2, 3, 53, 77], [1, 3, 33, 32]] as [Shape])
  func stepsAreTorchvisions(_ shape: Shape) throws {
    let (network, values, golden) = try Self.golden()
    let size = Self.size(shape)
    let step = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 0, stream: "")
    ) { pass in
      let logits = network(pass.constant(Self.images(shape)), in: pass).variable
      return (sum(logits * pass.constant(GoldenLRASPP.uniform("probe.\(size)", logits.shape))), logits.value)
    }
    #expect(deviation(step.output, from: try golden["\(size).training"]) < 3e-4)

    let gradients = Dictionary(uniqueKeysWithValues: zip(values.names, step.gradients.tensors))
    try Self.expectSummaries(gradients, golden["\(size).gradients"], golden.names.filter { !$0.name.isBuffer })
    for name in [
      "backbone.0.0.weight", "backbone.4.block.1.0.weight", "backbone.4.block.2.fc1.weight",
      "backbone.14.block.1.1.weight", "classifier.low_classifier.weight", "classifier.high_classifier.bias",
    ] {
      let gradient = try #require(gradients[name])
      #expect(deviation(gradient, from: try golden["\(size).gradient.\(name)"]) < 2e-3, "\(name)")
    }

    let movements = zip(values.bufferNames, zip(step.buffers, values.buffers)).map { name, buffers in
      (name, buffers.0.adding(buffers.1.scaled(by: -1)))
    }
    try Self.expectSummaries(
      Dictionary(uniqueKeysWithValues: movements), golden["\(size).movements"], golden.names.filter(\.name.isBuffer))
  }

  /// Within 2e-3 of each tensor's norm.
  ///
  /// A shift before a normalisation has no gradient but rounding, hence a share of the largest norm besides: some
  /// units in the last place of f32, which kernels of different order differ by.
  private static func expectSummaries(
    _ found: [String: Tensor], _ expected: Tensor, _ names: [(name: String, shape: Shape)]
  ) throws {
    #expect(found.count == names.count && expected.shape == [names.count, 2])
    let numbers = expected.elements.map(Double.init)
    let largest = stride(from: 0, to: numbers.count, by: 2).reduce(0) { max($0, numbers[$1]) }
    for (index, (name, _)) in names.enumerated() {
      let (norm, dot) = GoldenLRASPP.summary(name, try #require(found[name]))
      let tolerance = 2e-3 * numbers[2 * index] + 3e-7 * largest
      #expect(
        abs(norm - numbers[2 * index]) < tolerance && abs(dot - numbers[2 * index + 1]) < tolerance,
        "\(name): norm \(norm) for \(numbers[2 * index]), dot \(dot) for \(numbers[2 * index + 1])")
    }
  }

  /// Four halvings that round up.
  @Test func coarsestPixels() throws {
    let network = try Self.golden().network
    for (height, width, expected) in [(1, 1, 1), (16, 16, 1), (17, 16, 2), (33, 32, 6), (360, 480, 690)] {
      #expect(network.coarsestPixels(height: height, width: width) == expected)
    }
    #expect(network.minimumSide == 1)
  }

  /// He's normal by the fan-out and no bias in the backbone, PyTorch's uniform in the head, as torchvision has it.
  @Test func startsAsTorchvision() throws {
    let values = try build(from: .random(seed: 4)) { LRASPP($0, classCount: 3) }.values
    let weights = Dictionary(uniqueKeysWithValues: values.weights.map { ($0.name, $0.tensor) })
    for (name, fan) in [
      ("backbone.0.0.weight", 16 * 9), ("backbone.14.block.1.0.weight", 960 * 25),
      ("backbone.15.block.2.fc1.weight", 240), ("backbone.16.0.weight", 960),
    ] {
      let tensor = try #require(weights[name])
      let variance = tensor.sumOfSquares() / Double(tensor.shape.count)
      #expect(abs(variance * Double(fan) / 2 - 1) < 5 * (2 / Double(tensor.shape.count)).squareRoot(), "\(name)")
    }
    for (name, fan) in [
      ("cbr.0.weight", 960), ("scale.1.weight", 960), ("low_classifier.weight", 40), ("high_classifier.bias", 128),
    ] {
      let numbers = try #require(weights["classifier.\(name)"]).elements.map(abs)
      let bound = 1 / Float(fan).squareRoot()
      #expect(numbers.allSatisfy { $0 <= bound } && numbers.contains { $0 > bound / 4 }, "\(name)")
    }
    for (name, tensor) in values.weights where tensor.shape.rank == 1 && !name.contains("_classifier") {
      let isOne = name.hasSuffix("running_var") || name.hasSuffix("weight")
      #expect(Set(tensor.elements) == [isOne ? 1 : 0], "\(name)")
    }
  }
}

extension String {
  fileprivate var isBuffer: Bool { contains(".running_") }
}
