import Foundation
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraProtocol
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraInference

@Suite(.serialized)
struct EngineLoaderTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)")
  private var path: String { folder.appending(path: "best.safetensors").path }

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func write(
    seed: UInt64, width: Int = 4, classes: [String] = ["sky", "road", "tree"],
    _ change: (ParameterSet) -> ParameterSet = { $0 }
  ) throws {
    let model = try Model(
      Architecture.unet(width: width), classes: try LabelSet(names: classes).classes, normalization: .imageNet,
      source: .random(seed: seed))
    try model.with(change(model.values), provenance: [:]).write(durablyTo: path)
  }

  private func load(_ loader: EngineLoader) async throws -> Engine {
    try await loader.engine(path: folder.path, name: "street", precision: .f32, threads: 1)
  }

  private let request = SegmentationRequest(
    image: .rgb8((0..<3 * 24 * 20).map { UInt8(truncatingIfNeeded: $0 * 37) }), width: 24, height: 20,
    outputs: [.labels, .probabilitiesF32])

  @Test func aSuccessorIsTheNextGenerationOfWhatTheFileHolds() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(seed: 1)
    let loader = EngineLoader()
    let first = try await load(loader)
    #expect(first.model.name == "street" && first.model.generation == 1)
    #expect(try await loader.successor(of: first, path: folder.path) == nil)
    let old = try await first.segment(request)
    try write(seed: 2)
    let second = try #require(try await loader.successor(of: first, path: folder.path))
    #expect(second.model.generation == 2 && second.model.name == "street")
    #expect(second.model.weightsDigest != first.model.weightsDigest)
    let fresh = try await load(EngineLoader())
    #expect(second.model.weightsDigest == fresh.model.weightsDigest)
    let new = try await second.segment(request)
    #expect(try await new.probabilities == fresh.segment(request).probabilities)
    #expect(new.probabilities != old.probabilities)
    #expect(new.receipt.generation == 2 && new.receipt.weightsDigest == second.model.weightsDigest)
    // The old one answers as before.
    #expect(try await first.segment(request).probabilities == old.probabilities)
  }

  @Test func otherClassesAreTakenAndCount() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(seed: 1)
    let loader = EngineLoader()
    let first = try await load(loader)
    try write(seed: 1, classes: ["sky", "road", "tree", "car"])
    let second = try #require(try await loader.successor(of: first, path: path))
    #expect(second.model.classes.map(\.name) == ["sky", "road", "tree", "car"])
    #expect(second.memory.need.bytesPerPixel > first.memory.need.bytesPerPixel)
    #expect(try await second.segment(request).classCount == 4)
  }

  @Test func weightsThatCannotTakeOver() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(seed: 1)
    let loader = EngineLoader()
    let engine = try await load(loader)
    func refusal() async throws -> String {
      let error = await #expect(throws: (any Error).self) { _ = try await loader.successor(of: engine, path: path) }
      return error.map { "\($0)" } ?? ""
    }
    try write(seed: 2, width: 5)
    #expect(
      try await refusal()
        == "\(path): holds unet, width 5, but unet, width 4 is being served; start the server anew to change the "
        + "architecture")
    // Finite weights whose products are not: only trying them tells.
    try write(seed: 2) { values in
      let parameters = values.parameters.map { Tensor.filled($0.shape, with: 1e30) }
      return values.replacing(parameters: parameters, buffers: values.buffers)
    }
    #expect(try await refusal().hasPrefix("\(path): a first image failed with NONFINITE_OUTPUT"))
    try Data((try Data(contentsOf: URL(filePath: path))).dropLast(500)).write(to: URL(filePath: path))
    #expect(try await refusal().contains("truncated"))
    try FileManager.default.removeItem(atPath: path)
    #expect(try await refusal().contains(path))
    #expect(try await engine.segment(request).receipt.generation == 1)
  }

  @Test("an engine ends with its last holder, its threads too")
  func oldEnginesAreFreed() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(seed: 1)
    let loader = EngineLoader()
    weak var old: Engine?
    weak var thread: ComputeThread?
    do {
      let first = try await load(loader)
      (old, thread) = (first, first.lanes.lanes.last?.thread)
      try write(seed: 2)
      let second = try #require(try await loader.successor(of: first, path: path))
      #expect(second.model.generation == 2 && old != nil)
    }
    for _ in 0..<200 where old != nil || thread != nil { try await Task.sleep(for: .milliseconds(10)) }
    #expect(old == nil && thread == nil)
  }

  @Test func memoryIsTheSumOfTheModels() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(count: 1 << 20).write(to: URL(filePath: path))
    let both = EngineMemory(models: ["b": path, "a": folder.path])
    #expect(both.bytes == 14 << 20 && both.models == ["a", "b"])
    try both.check(usable: 14 << 20)
    let error = #expect(throws: EngineLoadError.self) { try both.check(usable: (14 << 20) - 1) }
    #expect(error == .memory(models: ["a", "b"], needed: 14 << 20, usable: (14 << 20) - 1))
    #expect(
      error?.description
        == "the models a, b may take 14 MiB, and this machine has 13 MiB to spare; serve fewer or smaller ones, "
        + "or free some memory")
    #expect(EngineMemory(models: ["c": "missing"]).bytes == 0)
  }
}
