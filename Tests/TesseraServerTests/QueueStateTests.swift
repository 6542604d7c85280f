import Testing

@testable import TesseraProtocol
@testable import TesseraServer

@Suite struct QueueStateTests {
  private let now = ContinuousClock.now

  private func job(_ ticket: Ticket, _ number: UInt64, _ priority: RequestPriority = .normal) -> Job {
    let request = SegmentationRequest(image: .rgb8([1, 2, 3]), width: 1, height: 1, priority: priority)
    return Job(
      ticket: ticket,
      request: CompleteRequest(
        id: RequestID(rawValue: number), request: request, model: FakeService().model, inputDigest: .zero,
        started: now, traceparent: nil, encoding: BodyEncoding(chunkLimit: 65_536, codec: .identity)),
      generation: ModelGeneration(FakeService()), deadline: now + .seconds(1), enqueued: now, deliver: { _ in })
  }

  private func admit(_ queue: inout QueueState, bytes: UInt64 = 10) throws -> Ticket {
    try queue.admit(bytes: bytes, deadline: now + .seconds(1), now: now)
  }

  @Test func refusesPastEachBound() throws {
    var queue = QueueState(requestLimit: 2, byteLimit: 100)
    _ = try admit(&queue, bytes: 60)
    #expect(throws: SegmentationError(.memoryBudget, retryAfter: .milliseconds(100))) { try admit(&queue, bytes: 41) }
    let second = try admit(&queue, bytes: 40)
    #expect(throws: SegmentationError(.overloaded, retryAfter: .milliseconds(100))) { try admit(&queue, bytes: 1) }
    queue.release(second)
    #expect(queue.bytes == 60 && queue.unanswered == 1)
    do throws(SegmentationError) {
      _ = try queue.admit(bytes: 101, deadline: now + .seconds(1), now: now)
      Issue.record("101 of 100 bytes were admitted")
    } catch {
      #expect(error.code == .tooLarge)
    }
    #expect(throws: SegmentationError(.deadline)) { try queue.admit(bytes: 1, deadline: now, now: now) }
    queue.close()
    #expect(throws: SegmentationError(.draining)) { try admit(&queue) }
  }

  @Test func normalRequestsGoFirst() throws {
    var queue = QueueState(requestLimit: 8, byteLimit: 100)
    #expect(queue.take(most: 4) == nil)
    for (number, priority) in [RequestPriority.background, .normal, .background, .normal].enumerated() {
      queue.enqueue(job(try admit(&queue), UInt64(number), priority))
    }
    #expect(queue.take(most: 3)?.map(\.request.id.rawValue) == [1, 3, 0])
    queue.close()
    #expect(queue.take(most: 3)?.map(\.request.id.rawValue) == [2])
    #expect(queue.take(most: 3)?.isEmpty == true)
  }

  @Test func aPlaceIsFreeOnlyWhenTheEngineStopped() throws {
    var queue = QueueState(requestLimit: 1, byteLimit: 100)
    let ticket = try admit(&queue)
    queue.enqueue(job(ticket, 1))
    _ = queue.take(most: 1)
    queue.release(ticket)
    #expect(queue.unanswered == 1 && queue.bytes == 10 && queue.open == 0)
    queue.finish(ticket, taking: nil, now: now)
    #expect(queue.unanswered == 0 && queue.bytes == 0)
    // Too late, and twice: nothing happens.
    queue.finish(ticket, taking: nil, now: now)
    queue.release(ticket)
    #expect(queue.unanswered == 0 && queue.bytes == 0)
  }

  @Test func bytesAreHeldUntilTheAnswerIsOut() throws {
    var queue = QueueState(requestLimit: 1, byteLimit: 15)
    let ticket = try admit(&queue)
    queue.enqueue(job(ticket, 1))
    _ = queue.take(most: 1)
    queue.finish(ticket, taking: .milliseconds(500), now: now)
    #expect(queue.unanswered == 0 && queue.bytes == 10 && queue.open == 1)
    #expect(throws: SegmentationError(.memoryBudget, retryAfter: .milliseconds(100))) { try admit(&queue) }
    queue.release(ticket)
    #expect(queue.bytes == 0 && queue.open == 0)
  }

  @Test func aWaitLongerThanTheTimeIsRefused() throws {
    var queue = QueueState(requestLimit: 9, byteLimit: 1000)
    let first = try admit(&queue)
    queue.enqueue(job(first, 1))
    _ = queue.take(most: 1)
    queue.finish(first, taking: .milliseconds(400), now: now)
    queue.release(first)
    for _ in 0..<3 { _ = try admit(&queue) }
    do throws(SegmentationError) {
      _ = try queue.admit(bytes: 1, deadline: now + .seconds(1), now: now)
      Issue.record("1.2 s of work were admitted with 1 s left")
    } catch {
      #expect(error.code == .overloaded && error.retryAfter == .milliseconds(1200))
    }
  }

  @Test func aWaitingRequestThatIsStoppedIsGone() throws {
    var queue = QueueState(requestLimit: 2, byteLimit: 100)
    let ticket = try admit(&queue)
    queue.enqueue(job(ticket, 1))
    #expect(queue.stop(ticket) == .gone)
    #expect(queue.unanswered == 0 && queue.bytes == 0)
    #expect(queue.take(most: 1) == nil)
  }
}
