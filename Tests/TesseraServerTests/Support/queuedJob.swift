@testable import TesseraProtocol
@testable import TesseraServer

/// A request of one pixel as the queue holds it, whose outcome nobody hears.
func queuedJob(
  _ ticket: Ticket, _ number: UInt64 = 1, _ priority: RequestPriority = .normal, width: Int = 1,
  enqueued: ContinuousClock.Instant = .now, deadline: ContinuousClock.Instant = .now + .seconds(1)
) -> Job {
  let request = SegmentationRequest(image: .rgb8([1, 2, 3]), width: width, height: 1, priority: priority)
  return Job(
    ticket: ticket,
    request: CompleteRequest(
      id: RequestID(rawValue: number), request: request, model: FakeService().model, inputDigest: .zero,
      started: enqueued, traceparent: nil, encoding: BodyEncoding(chunkLimit: 65_536, codec: .identity)),
    generation: ModelGeneration(BatchingService(batchLimit: 64, FakeService())), deadline: deadline,
    enqueued: enqueued, deliver: { _ in })
}
