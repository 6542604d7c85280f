import TesseraProtocol
import TestSupport

/// A service that takes no PNG, with bounds on the sides of its pictures.
struct ToyService: SegmentationService {
  private let service = FakeService(
    model: FakeService.describe(classes: 3, minimumSide: 8, sideMultiple: 2, maximumPixels: 1 << 22))

  var model: ModelDescription { service.model }

  func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult {
    try answer(request)
  }

  func answer(_ request: SegmentationRequest) throws(SegmentationError) -> SegmentationResult {
    guard case .rgb8 = request.image else { throw SegmentationError(.badImage, "no picture") }
    return service.answer(request)
  }
}
