import TesseraInference
import TesseraProtocol

/// An engine of this process, asked without any server: what serving is held against.
struct EngineTarget: LoadTarget {
  let engine: Engine

  /// Requests that a server gives it at a time, for each of a batch.
  var callLimit: Int { engine.callLimit }

  func segment(_ image: LoadImage, lane: Int) async throws(LoadRefusal) -> LoadAnswer {
    do throws(SegmentationError) {
      return LoadAnswer(try await engine.segment(SegmentationRequest(image)))
    } catch {
      throw LoadRefusal(code: "\(error.code)")
    }
  }
}

extension SegmentationRequest {
  init(_ image: LoadImage) {
    self.init(image: .png(image.png), width: image.width, height: image.height, outputs: .palettePNG)
  }
}

extension LoadAnswer {
  init(_ result: SegmentationResult) {
    self.init(palettePNG: result.palettePNG ?? [], batchSize: result.receipt.batchSize)
  }
}
