import Testing

@testable import TesseraProtocol
@testable import TesseraServer

@Suite struct QueueStateTests {
  private let now = ContinuousClock.now

  private func job(
    _ ticket: Ticket, _ number: UInt64, _ priority: RequestPriority = .normal, width: Int = 1, after: Duration = .zero
  ) -> Job {
    queuedJob(ticket, number, priority, width: width, enqueued: now + after, deadline: now + .seconds(1))
  }

  private func admit(_ queue: inout QueueState, bytes: UInt64 = 10) throws -> Ticket {
    try queue.admit(bytes: bytes, deadline: now + .seconds(1), now: now)
  }

  /// The requests of the next batch by their numbers; nil where there is none.
  private func numbers(
    _ queue: inout QueueState, _ limit: Int, delay: Duration = .zero, after: Duration = .zero
  ) -> [UInt64]? {
    guard case .batch(let jobs) = queue.take(BatchPolicy(limit: limit, delay: delay), now: now + after) else {
      return nil
    }
    return jobs.map(\.request.id.rawValue)
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

  @Test func requestsOfTheServersOwnTakeNobodysPlaceAndWaitForNobody() throws {
    var queue = QueueState(requestLimit: 2, byteLimit: 100)
    for number in 1...2 { queue.enqueue(job(try admit(&queue), UInt64(number))) }
    let admitted = queue.admitOwn(bytes: 10)
    let own = try #require(admitted)
    #expect(queue.unanswered == 2 && queue.open == 2 && queue.bytes == 30)
    queue.enqueue(job(own, 3))
    // Neither does it wait for others to join it, nor do they go with it.
    #expect(numbers(&queue, 4, delay: .seconds(1)) == [3])
    queue.succeed(own, now: now)
    queue.finish(own, taking: .milliseconds(5), now: now)
    #expect(queue.bytes == 20 && queue.unanswered == 2)
    #expect(queue.estimatedWait == .zero, "what a small image takes says nothing of others")
    #expect(queue.vitals(now: now).successes["fake"] == LastSuccess(generation: 3, time: now))
    #expect(numbers(&queue, 4) == [1, 2])
    let second = queue.admitOwn(bytes: 10)
    let waiting = try #require(second)
    queue.enqueue(job(waiting, 4))
    queue.release(waiting)
    #expect(numbers(&queue, 4) == nil && queue.unanswered == 2)
    queue.close()
    let late = queue.admitOwn(bytes: 1)
    #expect(late == nil)
  }

  @Test func clientsCannotStarveTheServersOwn() throws {
    var queue = QueueState(requestLimit: 8, byteLimit: 100)
    _ = try admit(&queue, bytes: 95)
    let admitted = queue.admitOwn(bytes: 10)
    let own = try #require(admitted)
    #expect(queue.bytes == 105)
    // More is held than there is room for; nobody else gets in, and nothing overflows.
    #expect(throws: SegmentationError(.memoryBudget, retryAfter: .milliseconds(100))) { try admit(&queue, bytes: 1) }
    queue.release(own)
    _ = try admit(&queue, bytes: 5)
  }

  @Test func signsOfLifeAreLooksAndEnds() throws {
    var queue = QueueState(requestLimit: 8, byteLimit: 1000)
    #expect(queue.vitals(now: now).lastMovement == nil)
    let jobs = try (1...3).map { job(try admit(&queue), $0) }
    for job in jobs { queue.enqueue(job) }
    #expect(queue.vitals(now: now).computing.isEmpty, "nobody moves who waits")
    #expect(numbers(&queue, 2, after: .seconds(1)) == [1, 2])
    func moved(at seconds: Int) -> Duration? {
      queue.vitals(now: now + .seconds(seconds)).computing["fake"].map { now.duration(to: $0) }
    }
    #expect(moved(at: 5) == .seconds(1))
    // More work is no sign of life.
    #expect(numbers(&queue, 2, after: .seconds(6)) == [3])
    #expect(moved(at: 7) == .seconds(1))
    #expect(jobs[1].request.request.heeding(jobs[1].stopFlag).isWanted)
    #expect(moved(at: 8) == .seconds(8))
    #expect(moved(at: 9) == .seconds(8))
    queue.finish(jobs[0].ticket, taking: nil, now: now + .seconds(10))
    queue.finish(jobs[1].ticket, taking: nil, now: now + .seconds(10))
    #expect(moved(at: 11) == .seconds(10))
    _ = jobs[2].stopFlag.isStopped
    queue.finish(jobs[2].ticket, taking: nil, now: now + .seconds(12))
    let vitals = queue.vitals(now: now + .seconds(20))
    #expect(vitals.computing.isEmpty && vitals.lastMovement == now + .seconds(12))
  }

  @Test func aSuccessIsOfTheLatestGeneration() {
    let old = LastSuccess(generation: 1, time: now + .seconds(1))
    let new = LastSuccess(generation: 2, time: now)
    #expect(old.orLater(new) == new && new.orLater(old) == new)
    #expect(old.orLater(nil) == old)
    let later = LastSuccess(generation: 2, time: now + .seconds(2))
    #expect(new.orLater(later) == later && later.orLater(new) == later)
  }

  @Test func normalRequestsGoFirst() throws {
    var queue = QueueState(requestLimit: 8, byteLimit: 100)
    #expect(numbers(&queue, 4) == nil)
    for (number, priority) in [RequestPriority.background, .normal, .background, .normal].enumerated() {
      queue.enqueue(job(try admit(&queue), UInt64(number), priority))
    }
    #expect(numbers(&queue, 3) == [1, 3, 0])
    queue.close()
    #expect(numbers(&queue, 3) == [2])
    #expect(numbers(&queue, 3) == nil)
  }

  @Test func aPlaceIsFreeOnlyWhenTheEngineStopped() throws {
    var queue = QueueState(requestLimit: 1, byteLimit: 100)
    let ticket = try admit(&queue)
    queue.enqueue(job(ticket, 1))
    _ = numbers(&queue, 1)
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
    _ = numbers(&queue, 1)
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
    _ = numbers(&queue, 1)
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
    #expect(numbers(&queue, 1) == nil)
  }

  @Test func aBatchIsOfOneShapeInTheOrderOfArrival() throws {
    var queue = QueueState(requestLimit: 16, byteLimit: 1000)
    for (number, width) in [1, 2, 1, 1, 2, 1].enumerated() {
      queue.enqueue(job(try admit(&queue), UInt64(number), number == 2 ? .background : .normal, width: width))
    }
    // Normal requests go first within a batch, too, and nobody waits for a shape of his own.
    #expect(numbers(&queue, 3) == [0, 3, 5])
    #expect(numbers(&queue, 3) == [1, 4])
    #expect(numbers(&queue, 3) == [2])
    #expect(numbers(&queue, 3) == nil)
  }

  @Test func backgroundRequestsDoNotStarve() throws {
    var queue = QueueState(requestLimit: 100, byteLimit: 1000)
    queue.enqueue(job(try admit(&queue), 0, .background))
    queue.enqueue(job(try admit(&queue), 1, .background))
    for number in 2..<50 { queue.enqueue(job(try admit(&queue), UInt64(number))) }
    let order = (0..<40).map { _ in numbers(&queue, 1)?.first ?? .max }
    #expect(order[..<15].allSatisfy { $0 > 1 } && order[15] == 0)
    #expect(order[16..<31].allSatisfy { $0 > 1 } && order[31] == 1)
    #expect(order[32...].allSatisfy { $0 > 1 })
  }

  @Test func aBatchWaitsNoLongerThanItsDelay() throws {
    var queue = QueueState(requestLimit: 16, byteLimit: 1000)
    queue.enqueue(job(try admit(&queue), 0))
    queue.enqueue(job(try admit(&queue), 1, after: .milliseconds(10)))
    #expect(numbers(&queue, 3, delay: .milliseconds(20), after: .milliseconds(19)) == nil)
    guard case .unripe(let time) = queue.take(BatchPolicy(limit: 3, delay: .milliseconds(20)), now: now) else {
      Issue.record("a batch that others may join was begun at once")
      return
    }
    #expect(time == now + .milliseconds(20))
    #expect(numbers(&queue, 2, delay: .milliseconds(20)) == [0, 1])
    queue.enqueue(job(try admit(&queue), 2))
    #expect(numbers(&queue, 3, delay: .milliseconds(20), after: .milliseconds(20)) == [2])
    queue.enqueue(job(try admit(&queue), 3))
    queue.close()
    #expect(numbers(&queue, 3, delay: .milliseconds(20)) == [3])
  }

  @Test func aBatchDoesNotWaitIntoADeadline() throws {
    var queue = QueueState(requestLimit: 16, byteLimit: 1000)
    let first = try admit(&queue)
    queue.enqueue(job(first, 0))
    _ = numbers(&queue, 1)
    queue.finish(first, taking: .milliseconds(300), now: now)
    queue.release(first)
    queue.enqueue(job(try admit(&queue), 1))
    queue.enqueue(job(try admit(&queue), 2))
    // Both have to be done a second from now and take 0.3 s each.
    guard case .unripe(let time) = queue.take(BatchPolicy(limit: 3, delay: .seconds(2)), now: now) else {
      Issue.record("a batch that others may join was begun at once")
      return
    }
    #expect(time == now + .milliseconds(400))
  }

  @Test func timesOfBatchesThatOverlapCountOnce() throws {
    var queue = QueueState(requestLimit: 1, byteLimit: 10)
    #expect(queue.share(of: 2, started: now, now: now + .seconds(4)) == .seconds(2))
    #expect(queue.share(of: 1, started: now + .seconds(1), now: now + .seconds(7)) == .seconds(3))
    #expect(queue.share(of: 1, started: now + .seconds(9), now: now + .seconds(10)) == .seconds(1))
  }

  @Test func aBatchIsCancelledWithTheLastOfItsRequests() throws {
    var queue = QueueState(requestLimit: 4, byteLimit: 100)
    let jobs = [job(try admit(&queue), 0), job(try admit(&queue), 1)]
    for job in jobs { queue.enqueue(job) }
    #expect(numbers(&queue, 2) == [0, 1])
    let task = Task<Void, Never> {}
    let isWanted = queue.attach(task, to: jobs.map(\.ticket))
    #expect(isWanted)
    #expect(queue.stop(jobs[0].ticket) == .stopping(nil))
    #expect(jobs[0].stopFlag.isStopped && !jobs[1].stopFlag.isStopped)
    #expect(queue.release(jobs[1].ticket) == task)
    #expect(jobs[1].stopFlag.isStopped && queue.unanswered == 2)
  }
}
