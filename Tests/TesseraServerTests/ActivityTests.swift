import Testing

@testable import TesseraProtocol
@testable import TesseraServer

@Suite struct ActivityTests {
  private let start = ContinuousClock.now

  private func job(_ number: UInt64) -> Job { queuedJob(Ticket(rawValue: number)) }

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  @Test func looksAndEndsAreMovementsAndBeginningsAreNot() {
    var activity = Activity(now: at(0))
    #expect(activity.isIdle && activity.moved == at(0) && activity.stillest == nil)
    let (one, other) = (job(1), job(2))
    activity.begin([one], now: at(1))
    #expect(!activity.isIdle && activity.moved == at(1) && activity.stillest == nil)
    activity.begin([other], now: at(2))
    activity.observe(now: at(3))
    #expect(activity.moved == at(1))
    _ = other.stopFlag.isStopped
    activity.observe(now: at(4))
    activity.observe(now: at(5))
    #expect(activity.moved == at(4) && activity.stillest == at(4))
    activity.end(other.ticket, now: at(6))
    activity.end(other.ticket, now: at(7))
    #expect(activity.moved == at(6) && activity.stillest == nil)
  }

  @Test func whoStandsStillIsSeenBesideOthers() {
    var activity = Activity(now: at(0))
    let (hung, busy) = (job(1), job(2))
    let several = [job(3), job(4)]
    for jobs in [[hung], [busy], several] { activity.begin(jobs, now: at(1)) }
    for flag in [hung, busy, several[0]].map(\.stopFlag) { _ = flag.isStopped }
    activity.observe(now: at(2))
    for second in 3..<20 {
      _ = busy.stopFlag.isStopped
      activity.observe(now: at(Double(second)))
    }
    // Of several in a batch one may be done while another waits.
    #expect(activity.moved == at(19) && activity.stillest == at(2))
    activity.end(hung.ticket, now: at(20))
    #expect(activity.stillest == at(19))
  }
}
