import TesseraProtocol
import Testing

@testable import TesseraClient

@Suite struct RetryPolicyTests {
  private let start = ContinuousClock.now
  private let lost = RequestError.failed(
    SegmentationError(
      code: .internal, scope: .connection, retry: .atOnce, retryAfter: .zero, detail: 0, message: "gone"))

  private func busy(_ after: Duration) -> RequestError {
    .failed(SegmentationError(.overloaded, retryAfter: after))
  }

  /// The delays that a policy decides on for failures that come at once, until it gives up.
  private func delays(
    _ failures: [RequestError], _ policy: RetryPolicy = RetryPolicy(), within time: Duration? = nil, seed: UInt64 = 1
  ) -> [Duration] {
    var retries = Retries(policy, deadline: time.map { start + $0 })
    var budget = RetryBudget(policy)
    var jitter = JitterGenerator(seed: seed)
    var now = start
    var delays: [Duration] = []
    for failure in failures {
      guard let delay = retries.delay(after: failure, now: now, budget: &budget, using: &jitter) else { break }
      delays.append(delay)
      now += delay
    }
    return delays
  }

  @Test func theFirstRetryOfALostConnectionIsAtOnceAndLaterOnesWait() {
    let delays = delays([lost, lost, lost, lost])
    #expect(delays.count == 3 && delays[0] == .zero)
    #expect(delays[1] <= .milliseconds(100) && delays[1] > .zero)
    #expect(delays[2] <= .milliseconds(200) && delays[2] > .zero)
  }

  @Test(arguments: [
    ErrorCode.badImage, .badShape, .unsupported, .tooLarge, .unknownModel, .deadline, .cancelled, .nonfiniteOutput,
    .authentication, .protocol,
  ])
  func whatIsFinalIsNotTriedAgain(_ code: ErrorCode) {
    #expect(delays([.failed(SegmentationError(code))]).isEmpty)
  }

  @Test func theServersByteCountsAndNotItsCode() {
    let unknown = ErrorCode(rawValue: 7000)
    for retry in [RetryClass.atOnce, .anotherServer, .afterDelay, .never] {
      let error = SegmentationError(
        code: unknown, scope: .request, retry: retry, retryAfter: .zero, detail: 0, message: "")
      #expect(delays([.failed(error)]).isEmpty == (retry == .never))
    }
  }

  @Test func aServersDelayIsKeptAndALongerOneIsFinal() {
    let delays = delays([busy(.milliseconds(300))])
    #expect(delays.count == 1)
    #expect((Duration.milliseconds(300) ... .milliseconds(350)).contains(delays[0]))
    #expect(self.delays([busy(.seconds(31))]).isEmpty)
  }

  @Test func noRetryBeginsBehindTheDeadline() {
    #expect(delays([busy(.milliseconds(300))], within: .milliseconds(300)).isEmpty)
    #expect(delays([busy(.milliseconds(300))], within: .milliseconds(351)).count == 1)
    #expect(delays([lost], within: .zero).isEmpty)
  }

  @Test func attemptsAreCounted() {
    #expect(delays([lost], .never).isEmpty)
    var policy = RetryPolicy()
    policy.attempts = 2
    #expect(delays([lost, lost, lost], policy).count == 1)
  }

  @Test func delaysFillTheirRangeAndAreBounded() {
    let policy = RetryPolicy()
    var jitter = JitterGenerator(seed: 3)
    for (count, bound) in [(0, 50), (1, 100), (5, 1600), (6, 2000), (63, 2000), (Int.max, 2000)] {
      let bound = Duration.milliseconds(bound)
      let delays = (0..<400).map { _ in policy.delay(afterRetries: count, using: &jitter) }
      #expect(delays.allSatisfy { $0 >= .zero && $0 <= bound })
      #expect(delays.contains { $0 < bound / 10 } && delays.contains { $0 > bound * 9 / 10 })
    }
  }

  @Test func equalSeedsDelayAlike() {
    let failures = [RequestError](repeating: lost, count: 3)
    #expect(delays(failures, seed: 5) == delays(failures, seed: 5))
    #expect(delays(failures, seed: 5) != delays(failures, seed: 6))
  }

  @Test func retriesAreATenthOfTheRequests() {
    var budget = RetryBudget(RetryPolicy())
    var retries = 0
    for _ in 0..<1000 {
      budget.earn()
      for _ in 0..<3 where budget.spend() { retries += 1 }
    }
    // The reserve, and a tenth of what was asked.
    #expect((109...110).contains(retries))
    var none = RetryPolicy()
    none.reserve = 0
    var poor = RetryBudget(none)
    poor.earn()
    let isPaid = poor.spend()
    #expect(!isPaid)
  }

  @Test func anUnreachablePoolTellsTheMildestClass() {
    let refused = ClientError.refused(host: "a", port: 1)
    let away = ClientError.sentAway(
      host: "b", port: 2, SegmentationError(.calm, retryAfter: .seconds(4)))
    let unknown = ClientError.hostNotFound(host: "c")
    #expect(RequestError.unreachable([refused]).retry == .anotherServer)
    #expect(RequestError.unreachable([unknown]).retry == .never)
    #expect(RequestError.unreachable([away, unknown]).retry == .afterDelay)
    #expect(RequestError.unreachable([away, unknown]).retryAfter == .seconds(4))
    #expect(RequestError.unreachable([away, refused]).retry == .anotherServer)
    #expect(RequestError.unreachable([away, refused]).retryAfter == .zero)
    // Nobody listens: trying at once would find nobody, too.
    let delays = (1...9).flatMap { self.delays([.unreachable([refused])], seed: $0) }
    #expect(delays.count == 9 && delays.allSatisfy { $0 > .zero })
    let text = "\(RequestError.unreachable([refused, unknown]))"
    #expect(text.contains("\"a\" port 1") && text.contains("\"c\"") && !text.contains("\n"))
  }
}
