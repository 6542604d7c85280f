import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights
import Testing

/// What PyTorch's network of one place gives, from the file that `make_golden_segmenters.py` wrote.
struct GoldenSegmenter {
  let place: String
  /// The names and shapes of the state dictionary.
  let names: [(name: String, shape: Shape)]
  private let file: SafetensorsFile

  init(_ place: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    self.place = place
    file = try SafetensorsFile(path: folder.appending(path: "Goldens/golden_segmenters.safetensors").path)
    names = String(decoding: try file.bytes(of: "\(place).names"), as: UTF8.self).split(separator: "\n").map { line in
      let parts = line.split(separator: " ")
      return (String(parts[0]), Shape((parts.last ?? "").split(separator: "x").compactMap { Int($0) }))
    }
  }

  /// What the script recorded of an input of this shape.
  func tensor(_ what: String, _ shape: Shape) throws -> Tensor {
    let name = "\(place).\(Self.size(shape)).\(what)"
    return Tensor(Shape(try file.entry(name).shape), try file.floats(name))
  }

  /// The script's weights.
  var weights: [String: Tensor] {
    let tensors = names.map { name, shape in
      let full = "\(place).\(name)"
      guard shape.rank > 1 else { return (name, GoldenLRASPP.uniform(full, shape, centre: 0.5, bound: 0.5)) }
      return (name, GoldenLRASPP.uniform(full, shape, bound: (6 / Float(shape.count / shape[0])).squareRoot()))
    }
    return Dictionary(uniqueKeysWithValues: tensors)
  }

  /// The script's input.
  func input(_ shape: Shape) -> Tensor { GoldenLRASPP.uniform("\(place).input.\(Self.size(shape))", shape) }

  private static func size(_ shape: Shape) -> String { shape.dimensions.map(String.init).joined(separator: "x") }

  /// Builds a network of the script's weights and expects its logits and its gradients to be those of the script.
  func expectAgreement<Network>(
    _ shape: Shape, full: [String] = [], _ body: (ParameterScope) -> Network,
    logits: (Network, Variable, ForwardPass) -> Variable
  ) throws {
    let (network, values) = try build(from: .stored(weights), body)
    #expect(values.names == names.map(\.name) && values.parameters.map(\.shape) == names.map(\.shape))
    let step = valueAndGradients(of: values, mode: .inference, generator: Generator(seed: 0, stream: "")) { pass in
      let y = logits(network, pass.constant(input(shape)), pass)
      let probe = GoldenLRASPP.uniform("\(place).probe.\(Self.size(shape))", y.shape)
      return (sum(y * pass.constant(probe)), y.value)
    }
    #expect(deviation(step.output, from: try tensor("logits", shape)) < 1e-4)
    let prepared = PreparedParameters(values).evaluate { pass in
      logits(network, pass.constant(input(shape)), pass).value
    }
    #expect(deviation(prepared, from: try tensor("logits", shape)) < 1e-4, "prepared")

    if ComputeThreads.computes(.bf16) {
      let halves = PreparedParameters(values, precision: .bf16).evaluate { pass in
        logits(network, pass.constant(input(shape)), pass).value
      }
      #expect(deviation(halves, from: try tensor("logits", shape)) < 0.03, "bf16")
    }

    let summaries = try tensor("gradients", shape).elements.map(Double.init)
    #expect(summaries.count == 2 * names.count)
    for (index, (name, gradient)) in zip(values.names, step.gradients.tensors).enumerated() {
      let (norm, dot) = GoldenLRASPP.summary(name, gradient)
      let tolerance = 2e-3 * summaries[2 * index]
      #expect(
        abs(norm - summaries[2 * index]) <= tolerance && abs(dot - summaries[2 * index + 1]) <= tolerance,
        "\(name): norm \(norm) for \(summaries[2 * index]), dot \(dot) for \(summaries[2 * index + 1])")
      guard full.contains(name) else { continue }
      #expect(deviation(gradient, from: try tensor("gradient.\(name)", shape)) < 2e-3, "\(name)")
    }
  }
}
