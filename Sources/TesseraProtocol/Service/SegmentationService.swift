/// Answers requests with results: an engine, or a client that asks one.
public protocol SegmentationService: Sendable {
  /// The model that answers.
  var model: ModelDescription { get }

  /// Segments one image.
  ///
  /// Cancelling the task gives the request up: the service ends soon, with CANCELLED.
  ///
  /// - Throws: BAD_IMAGE for bytes that do not decode to the request's size, DEADLINE, OVERLOADED, MEMORY_BUDGET and
  /// the like, as ``ErrorCode`` lists them.
  func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult
}
