/// Answers requests with results: an engine, or a client that asks one.
public protocol SegmentationService: Sendable {
  /// The model that answers.
  var model: ModelDescription { get }

  /// Most requests that one call of ``segment(batch:)`` should be given; 1 unless it says otherwise.
  var batchLimit: Int { get }

  /// Calls at a time that keep it busy: 1, or more where it works on several images at a time.
  var callLimit: Int { get }

  /// Segments one image.
  ///
  /// Cancelling the task gives the request up: the service ends soon, with CANCELLED.
  ///
  /// - Throws: BAD_IMAGE for bytes that do not decode to the request's size, DEADLINE, OVERLOADED, MEMORY_BUDGET and
  /// the like, as ``ErrorCode`` lists them.
  func segment(_ request: SegmentationRequest) async throws(SegmentationError) -> SegmentationResult

  /// Segments several images; each answer is the one that its request would get alone.
  ///
  /// One after another unless the service does better. A request whose ``SegmentationRequest/stopFlag`` is set is given
  /// up while the others go on; cancelling the task gives all of them up. A server takes a service for one that hangs
  /// which has looked at no flag and ended no call for as long as a canary counts, 10 s.
  ///
  /// - Returns: an answer for each request, in their order.
  func segment(batch requests: [SegmentationRequest]) async -> [Result<SegmentationResult, SegmentationError>]
}

extension SegmentationService {
  /// One.
  public var batchLimit: Int { 1 }

  /// One.
  public var callLimit: Int { 1 }

  /// Segments one after another.
  public func segment(
    batch requests: [SegmentationRequest]
  ) async -> [Result<SegmentationResult, SegmentationError>] {
    var results: [Result<SegmentationResult, SegmentationError>] = []
    for request in requests {
      do throws(SegmentationError) {
        try request.checkIsWanted()
        results.append(.success(try await segment(request)))
      } catch {
        results.append(.failure(error))
      }
    }
    return results
  }
}
