import Foundation
import TesseraImaging
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraProtocol
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraInference

@Suite(.serialized)
struct EngineTests {
  /// Writes a small random model and opens it.
  private func stored(_ change: (ParameterSet) -> ParameterSet = { $0 }) throws -> StoredModel {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "best.safetensors").path
    let model = try Model(
      Architecture.unet(width: 4), classes: try LabelSet(names: ["sky", "road", "tree"]).classes,
      normalization: .imageNet, source: .random(seed: 3))
    try model.with(change(model.values), provenance: ["seed": "3"]).write(durablyTo: path)
    return try StoredModel(path: folder.path)
  }

  private func image(_ height: Int, _ width: Int) -> [UInt8] {
    var generator = Generator(seed: 9, stream: "image \(height) \(width)")
    return (0..<3 * height * width).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  private func request(_ image: SegmentationRequest.Image, _ height: Int, _ width: Int, _ outputs: OutputSet = .labels)
    -> SegmentationRequest
  {
    SegmentationRequest(image: image, width: width, height: height, outputs: outputs)
  }

  @Test(arguments: [(1, 1), (1, 9), (7, 3), (8, 8), (37, 21)])
  func labelsAreTheLargestProbabilities(_ height: Int, _ width: Int) async throws {
    let engine = try Engine(try stored(), threads: 1)
    let pixels = image(height, width)
    let result = try await engine.segment(
      request(.rgb8(pixels), height, width, [.labels, .confidence, .probabilitiesF32, .palettePNG]))
    let labels = try #require(result.labels)
    guard case .f32(let probabilities) = result.probabilities else {
      Issue.record("no probabilities")
      return
    }
    let plane = height * width
    #expect(probabilities.count == 3 * plane && labels.width == width && labels.height == height)
    for pixel in 0..<plane {
      let own = (0..<3).map { probabilities[$0 * plane + pixel] }
      #expect(abs(own.reduce(0, +) - 1) < 1e-5)
      let largest = try #require(own.max())
      #expect(labels[pixel % width, pixel / width] == .index(own.firstIndex(of: largest)!))
      #expect(result.confidence?[pixel] == UInt8((255 * largest).rounded()))
    }
    let png = try PNG.decodeLabelMap(try #require(result.palettePNG))
    #expect(png == RawLabelMap(width: width, height: height, ids: labels.indices(void: 255).map { UInt8($0) }))
  }

  @Test func pngAndPixelsGiveTheSame() async throws {
    let engine = try Engine(try stored(), threads: 1)
    let pixels = image(20, 30)
    let png = try PNG.encode(Image(width: 30, height: 20, pixels: pixels))
    let a = try await engine.segment(request(.rgb8(pixels), 20, 30))
    let b = try await engine.segment(request(.png(png), 20, 30))
    #expect(a.labels == b.labels)
    #expect(a.receipt.pixelsDigest == b.receipt.pixelsDigest)
    #expect(a.receipt.pixelsDigest == ContentDigest(of: pixels))
  }

  @Test func anImageIsAnsweredTheSameWhateverCameBefore() async throws {
    let engine = try Engine(try stored(), threads: 1)
    let pixels = image(24, 24)
    let first = try await engine.segment(request(.rgb8(pixels), 24, 24, .probabilitiesF32))
    _ = try await engine.segment(request(.rgb8(image(40, 16)), 40, 16))
    let second = try await engine.segment(request(.rgb8(pixels), 24, 24, .probabilitiesF32))
    #expect(first.probabilities == second.probabilities)
  }

  @Test func badRequestsAreRefusedByCode() async throws {
    let engine = try Engine(try stored(), threads: 1)
    let pixels = image(4, 4)
    let png = try PNG.encode(Image(width: 4, height: 4, pixels: pixels))
    let cases: [(SegmentationRequest, ErrorCode)] = [
      (request(.rgb8(pixels), 4, 5), .badShape), (request(.rgb8([]), 0, 0), .badShape),
      (request(.rgb8([]), 1 << 15, 1 << 15), .tooLarge), (request(.png(png), 4, 5), .badImage),
      (request(.png(Array(png.dropLast(20))), 4, 4), .badImage), (request(.png([1, 2, 3]), 4, 4), .badImage),
      (request(.rgb8(pixels), 4, 4, []), .unsupported),
      (
        SegmentationRequest(
          image: .rgb8(pixels), width: 4, height: 4, deadline: ContinuousClock.now - .seconds(1)), .deadline
      ),
    ]
    for (request, code) in cases {
      let error = await #expect(throws: SegmentationError.self) { _ = try await engine.segment(request) }
      #expect(error?.code == code)
    }
  }

  @Test func weightsThatAreNoNumbersAreNotLoaded() throws {
    #expect(throws: ModelError.self) {
      _ = try stored { values in
        var parameters = values.parameters
        parameters[2] = .filled(parameters[2].shape, with: .nan)
        return values.replacing(parameters: parameters, buffers: values.buffers)
      }
    }
  }

  @Test func outputThatIsNoNumberIsAnError() async throws {
    let engine = try Engine(
      try stored { values in
        // Finite weights whose products are not.
        let parameters = values.parameters.map { Tensor.filled($0.shape, with: 1e30) }
        return values.replacing(parameters: parameters, buffers: values.buffers)
      }, threads: 1)
    let error = await #expect(throws: SegmentationError.self) {
      _ = try await engine.segment(request(.rgb8(image(8, 8)), 8, 8))
    }
    #expect(error?.code == .nonfiniteOutput)
  }

  /// A rectifier behind the layer takes what is no number for 0, so that the logits do not show it.
  @Test(arguments: ["down.0.0.0.weight", "down.1.0.0.weight", "up.0.0.0.weight"])
  func numbersThatOverflowInsideAreAnError(_ layer: String) async throws {
    let stored = try stored { values in
      let parameters = zip(values.names, values.parameters).map { name, tensor in
        // Normalisations that keep maps from fading on their way to the layer.
        if name.hasSuffix(".1.weight"), tensor.shape.rank == 1 { return Tensor.filled(tensor.shape, with: 30) }
        guard name.hasSuffix(layer) else { return tensor }
        // Whatever the order of a sum over channels and windows, it passes the largest number before it comes back.
        let channels = tensor.shape[1]
        return Tensor(
          tensor.shape, tensor.elements.indices.map { $0 / 9 % channels < (channels + 1) / 2 ? 3e38 : -3e38 })
      }
      return values.replacing(parameters: parameters, buffers: values.buffers)
    }
    let engine = try Engine(stored, threads: 2)
    let error = await #expect(throws: SegmentationError.self) {
      _ = try await engine.segment(request(.rgb8(image(33, 47)), 33, 47))
    }
    #expect(error?.code == .nonfiniteOutput)
  }

  @Test func foreignFilesAreNoModels() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: ModelError.self) { _ = try StoredModel(path: path) }
    for bytes in [[], [UInt8](repeating: 0, count: 100), Array("\u{89}PNG\r\n".utf8)] {
      try Data(bytes).write(to: URL(filePath: path))
      #expect(throws: ModelError.self) { _ = try StoredModel(path: path) }
    }
    try SafetensorsWriter(metadata: ["format": "pt"]).write(durablyTo: path)
    let error = #expect(throws: ModelError.self) { _ = try StoredModel(path: path) }
    #expect(error?.description.contains("tessera.architecture is missing") == true)
  }
}
