import Foundation
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraProtocol
import TesseraTensor
import TesseraWeights

@testable import TesseraInference

/// A small random model as a file would give it.
func randomModel(_ architecture: Architecture) throws -> StoredModel {
  let path = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString).safetensors").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  let model = try Model(
    architecture, classes: try LabelSet(names: ["sky", "road", "tree"]).classes, normalization: .imageNet,
    source: .random(seed: 3))
  try model.with(model.values, provenance: ["seed": "3"]).write(durablyTo: path)
  return try StoredModel(path: path)
}

/// An image of random blocks: it has edges, and areas too.
func randomImage(_ height: Int, _ width: Int, stream: String = "image") -> [UInt8] {
  var generator = Generator(seed: 9, stream: "\(stream) \(height) \(width)")
  let (rows, columns) = (height / 8 + 1, width / 8 + 1)
  let blocks = (0..<3 * rows * columns).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  return (0..<3 * height * width).map { index in
    let (row, column) = (index / 3 / width, index / 3 % width)
    return blocks[3 * (row / 8 * columns + column / 8) + index % 3] ^ UInt8((index * 7 + row) % 5)
  }
}

/// A request for an image of bytes.
func rgbRequest(
  _ pixels: [UInt8], _ height: Int, _ width: Int, _ outputs: OutputSet = [.labels, .probabilitiesF32],
  deadline: ContinuousClock.Instant? = nil, stopFlag: StopFlag? = nil
) -> SegmentationRequest {
  SegmentationRequest(
    image: .rgb8(pixels), width: width, height: height, outputs: outputs, deadline: deadline, stopFlag: stopFlag)
}
