internal import TesseraProtocol

/// One generation of a model: it is loaded for as long as anybody holds it.
final class ModelGeneration: Sendable {
  let service: any SegmentationService
  let model: ModelDescription

  init(_ service: any SegmentationService) {
    self.service = service
    model = service.model
  }
}
