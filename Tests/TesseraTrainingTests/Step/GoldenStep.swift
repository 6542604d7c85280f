import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraTraining
import TesseraWeights

/// A step computed by PyTorch: initial weights of both networks, a batch, outputs, losses and gradients.
struct GoldenStep {
  let tensors: [String: Tensor]
  let labels: LabelBatch
  let width: Int
  let classCount: Int

  /// The large golden, which is no part of the project; nil where it is absent.
  static var shared: GoldenStep? {
    let path = root.appending(path: "../shared/data/golden/golden.safetensors").path
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try? GoldenStep(path: path, width: 8, classCount: 5)
  }

  /// The small golden beside `make_golden_step.py`.
  static func own() throws -> GoldenStep {
    try GoldenStep(
      path: root.appending(path: "Tests/TesseraTrainingTests/Goldens/golden_step.safetensors").path, width: 2,
      classCount: 3)
  }

  private static var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  init(path: String, width: Int, classCount: Int) throws {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: Tensor] = [:]
    for entry in file.entries where entry.dtype == .f32 {
      tensors[entry.name] = Tensor(Shape(entry.shape), try file.floats(entry.name))
    }
    let bytes = try file.bytes(of: "y")
    self.tensors = tensors
    labels = LabelBatch(
      shape: Shape(try file.entry("y").shape), classCount: classCount,
      indices: bytes.map { $0 == 255 ? LabelBatch.void : UInt16($0) })
    self.width = width
    self.classCount = classCount
  }

  var batch: TrainingBatch { TrainingBatch(images: self["x"], labels: labels) }

  subscript(_ name: String) -> Tensor { tensors[name]! }

  /// The stored weights of one network, by their names in it.
  private func weights(_ role: String) -> WeightsSource {
    .stored(
      Dictionary(
        uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix("\(role).") }.map {
          (String($0.key.dropFirst(role.count + 1)), $0.value)
        }))
  }

  func segmenter() throws -> (network: UNet, values: ParameterSet) {
    try build(from: weights("segmenter")) { UNet($0, classCount: classCount, width: width) }
  }

  func discriminator() throws -> (network: FieldOfViewNet, values: ParameterSet) {
    let isStored = tensors.keys.contains { $0.hasPrefix("discriminator.") }
    let built = try build(from: isStored ? weights("discriminator") : .random(seed: 0)) {
      FieldOfViewNet($0, .large, channels: classCount)
    }
    guard !isStored else { return built }
    let parameters = built.values.parameters.map { $0.shape.rank == 4 ? formula($0.shape) : .zeros($0.shape) }
    return (built.network, built.values.replacing(parameters: parameters, buffers: []))
  }

  /// The numbers of `make_golden_step.py`: 2 / √fan-in · sin(i²/1000 + i).
  private func formula(_ shape: Shape) -> Tensor {
    let spread = 2 / Double(shape[1] * 9).squareRoot()
    return Tensor(
      shape,
      (0..<shape.count).map { index in
        let i = Double(index)
        return Float(spread * sin(i * i * 0.001 + i))
      })
  }
}
