import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights
import Testing

/// The discriminators against PyTorch's, from the file that `make_golden_discriminators.py` wrote.
@Suite struct GoldenDiscriminatorTests {
  private let file: SafetensorsFile

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try SafetensorsFile(path: folder.appending(path: "Goldens/golden_discriminators.safetensors").path)
  }

  private func golden(_ kind: DiscriminatorArchitecture, _ name: String) throws -> Tensor {
    let name = "\(kind.rawValue).\(name)"
    return Tensor(Shape(try file.entry(name).shape), try file.floats(name))
  }

  /// The script's numbers; the maps are a parameter too, so that their gradient is found.
  private static func start(_ kind: DiscriminatorArchitecture, _ name: String, _ shape: Shape) -> Tensor {
    if name == "input" { return GoldenLRASPP.uniform("maps.\(kind.rawValue)", shape, centre: 0.5, bound: 0.5) }
    let bound = shape.rank == 1 ? 0.5 : (6 / Float(shape.count / shape[0])).squareRoot()
    return GoldenLRASPP.uniform(name, shape, bound: bound)
  }

  /// The maps are so small that hardly a rectifier is within rounding of its kink.
  @Test(arguments: DiscriminatorArchitecture.allCases)
  func agreesWithPyTorch(_ kind: DiscriminatorArchitecture) throws {
    let shape: Shape = kind.judgesPlaces ? [1, 3, 64, 65] : [2, 3, 9, 7]
    let body = { (scope: ParameterScope) in
      (scope.parameter("input", shape, .zeros), kind.discriminator(scope, channels: 3))
    }
    let claimed = claims(of: body)
    let numbers = claimed.map { ($0.name, Self.start(kind, $0.name, $0.shape)) }
    let ((input, judge), values) = try build(from: .stored(Dictionary(uniqueKeysWithValues: numbers)), body)
    let images = GoldenLRASPP.uniform("images.\(kind.rawValue)", [shape[0], 3, shape[2], shape[3]])
    let covered: Shape = [shape[0], 1, shape[2], shape[3]]
    let coverage = GoldenLRASPP.uniform("coverage.\(kind.rawValue)", covered, centre: 0.5, bound: 0.5)
    let step = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 0, stream: "")
    ) { pass in
      let verdict = judge(
        EncodedLabelMaps(pass[input], images: pass.constant(images), coverage: coverage), in: pass)
      return (verdict.loss(target: 1), (logits: verdict.logits.value, features: verdict.features.value))
    }
    #expect(deviation(step.output.logits, from: try golden(kind, "logits")) < 1e-5)
    #expect(deviation(step.gradients.tensors[0], from: try golden(kind, "maps")) < 1e-4)
    Self.expectSummary(of: step.output.features, "features", try golden(kind, "features").elements)
    let expected = try golden(kind, "gradients")
    #expect(expected.shape == [claimed.count - 1, 2])
    let gradients = Dictionary(uniqueKeysWithValues: zip(claimed.map(\.name), step.gradients.tensors))
    // PyTorch's order is that of the names' claims.
    for (index, claim) in claimed.dropFirst().enumerated() {
      let gradient = try #require(gradients[claim.name])
      Self.expectSummary(of: gradient, claim.name, Array(expected.elements[2 * index..<2 * index + 2]))
    }
  }

  private static func expectSummary(of tensor: Tensor, _ name: String, _ expected: [Float]) {
    let (norm, dot) = GoldenLRASPP.summary(name, tensor)
    let bound = 1e-4 * Double(expected[0])
    #expect(abs(norm - Double(expected[0])) < bound && abs(dot - Double(expected[1])) < bound, "\(name)")
  }
}
