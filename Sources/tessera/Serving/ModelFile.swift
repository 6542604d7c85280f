import TesseraInference
import TesseraProtocol
import TesseraServer
import TesseraTensor

/// A model of the server's, as a weights file or run folder that may change.
struct ModelFile: ModelSource {
  let name: String
  let path: String
  let precision: Precision
  let threads: Int
  /// One at a time is loaded.
  let loader: EngineLoader

  func load(after current: (any SegmentationService)?) async throws -> (any SegmentationService)? {
    guard let current else {
      return try await loader.engine(path: path, name: name, precision: precision, threads: threads)
    }
    guard let engine = current as? Engine else {
      preconditionFailure("ModelFile: \(name) is served by a \(type(of: current))")
    }
    return try await loader.successor(of: engine, path: path)
  }
}
