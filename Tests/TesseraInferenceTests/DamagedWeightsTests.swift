import Foundation
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraInference

/// Weights with a bit that differs are not loaded, wherever it is; neither are numbers that a model cannot have.
@Suite struct DamagedWeightsTests {
  private let model: Model
  private let whole: [UInt8]

  init() throws {
    model = try Model(
      .unet(width: 2), classes: try LabelSet(names: ["sky", "road"]).classes, normalization: .imageNet,
      source: .random(seed: 3))
    whole = try Self.bytes(of: model)
  }

  /// What a file of the model holds.
  private static func bytes(of model: Model) throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: path) }
    try model.write(durablyTo: path.path)
    return Array(try Data(contentsOf: path))
  }

  @Test func noFlippedBitOfAnyTensorIsLoaded() throws {
    let file = try SafetensorsFile(bytes: whole, name: "weights")
    _ = try Model(file)
    let dataStart = whole.count - (file.entries.map(\.byteRange.upperBound).max() ?? 0)
    var generator = Generator(seed: 4, stream: "flips")
    var flips = 0
    for entry in file.entries where !entry.byteRange.isEmpty {
      for _ in 0..<10 {
        var damaged = whole
        let place = dataStart + entry.byteRange.lowerBound + Int(generator.next() % UInt64(entry.byteRange.count))
        damaged[place] ^= 1 << UInt8(generator.next() % 8)
        let error = #expect(throws: ModelError.self, "\(entry.name), byte \(place)") {
          try Model(SafetensorsFile(bytes: damaged, name: "weights"))
        }
        guard case .file(let cause) = error, cause.cause == .brokenSeal else {
          Issue.record("\(entry.name), byte \(place): \(error.map { "\($0)" } ?? "loaded")")
          continue
        }
        flips += 1
      }
    }
    #expect(flips >= 10 * 40)
  }

  /// Damage before the seal was made, which the seal cannot tell.
  @Test func noNumberOfAnyTensorMayBeInfinite() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: path) }
    for place in model.values.parameters.indices {
      var parameters = model.values.parameters
      var elements = parameters[place].elements
      elements[elements.count / 2] = place.isMultiple(of: 2) ? .nan : -.infinity
      parameters[place] = Tensor(parameters[place].shape, elements)
      let damaged = model.with(
        model.values.replacing(parameters: parameters, buffers: model.values.buffers), provenance: [:])
      try Data(try Self.bytes(of: damaged)).write(to: path)
      let error = #expect(throws: ModelError.self, "parameter \(place)") { try StoredModel(path: path.path) }
      #expect(error.map { "\($0)".contains("not finite") } == true)
    }
  }
}
