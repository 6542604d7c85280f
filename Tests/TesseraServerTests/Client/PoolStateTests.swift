import TesseraProtocol
import Testing

@testable import TesseraClient

@Suite struct PoolStateTests {
  private let start = ContinuousClock.now
  private let refused = ClientError.refused(host: "host", port: 1)
  private let gone = SegmentationError(
    code: .internal, scope: .connection, retry: .atOnce, retryAfter: .zero, detail: 0, message: "gone")

  private func pool(_ count: Int = 1, limit: Int = 2) -> PoolState {
    PoolState((1...count).map { ServerAddress(host: "host", port: $0) }, limit: limit)
  }

  private func ask(
    _ pool: inout PoolState, avoiding avoided: Set<UInt64> = [], at time: Duration = .zero
  ) -> (Int, [PoolState.Action]) {
    let number = pool.number()
    pool.ask(number, avoiding: avoided, now: start + time)
    return (number, pool.takeActions())
  }

  private func open(
    _ pool: inout PoolState, _ address: Int = 0, instance: UInt64 = 1, places: Int = 2, at time: Duration = .zero
  ) -> (Int, [PoolState.Action]) {
    let number = pool.opened(
      address, instance: instance, places: places, idleTime: .seconds(60), now: start + time)
    return (number, pool.takeActions())
  }

  @Test func connectionsAreMadeOnDemandUpToTheLimit() {
    var pool = pool()
    let (a, first) = ask(&pool)
    #expect(first == [.connect(address: 0)])
    // One connection comes already, and another is not begun beside it.
    let (b, second) = ask(&pool)
    #expect(second == [])
    let (one, granted) = open(&pool)
    #expect(
      granted == [
        .grant(waiter: a, connection: one), .connect(address: 0), .grant(waiter: b, connection: one),
      ])
    let (c, third) = ask(&pool)
    #expect(third == [])
    let (two, rest) = open(&pool)
    #expect(rest == [.grant(waiter: c, connection: two)])
    // Both are there: nothing more is made, and the one with fewer requests is next.
    let (d, fourth) = ask(&pool)
    #expect(fourth == [.grant(waiter: d, connection: two)])
    let (e, fifth) = ask(&pool)
    #expect(fifth == [])
    pool.release(one, failure: nil, now: start)
    #expect(pool.takeActions() == [.grant(waiter: e, connection: one)])
  }

  @Test func anIdleConnectionIsTakenBeforeAnotherIsMade() {
    var pool = pool()
    _ = ask(&pool)
    let (one, _) = open(&pool)
    pool.release(one, failure: nil, now: start)
    let (b, actions) = ask(&pool)
    #expect(actions == [.grant(waiter: b, connection: one)])
  }

  @Test func addressesAreTriedUntilOneAnswers() {
    var pool = pool(3)
    let (a, _) = ask(&pool)
    pool.failed(0, refused, now: start)
    #expect(pool.takeActions() == [.connect(address: 1)])
    pool.failed(1, refused, now: start)
    #expect(pool.takeActions() == [.connect(address: 2)])
    let (one, actions) = open(&pool, 2)
    #expect(actions == [.grant(waiter: a, connection: one)])
    // Those that failed are left alone for a while by those who have a connection.
    let (b, second) = ask(&pool)
    #expect(second == [.connect(address: 2), .grant(waiter: b, connection: one)])
    pool.failed(2, refused, now: start)
    pool.release(one, failure: nil, now: start)
    let (_, third) = ask(&pool, at: .seconds(2))
    #expect(third.contains(.connect(address: 0)))
  }

  @Test func allAddressesDead() {
    var pool = pool(2)
    let (a, _) = ask(&pool)
    pool.failed(0, refused, now: start)
    let other = ClientError.hostNotFound(host: "host")
    _ = pool.takeActions()
    pool.failed(1, other, now: start)
    #expect(pool.takeActions() == [.refuse(waiter: a, .unreachable([refused, other]))])
    // The next caller tries them anew.
    let (_, again) = ask(&pool)
    #expect(again == [.connect(address: 0)])
  }

  @Test func aConnectionThatEndedIsReplaced() {
    var pool = pool(limit: 1)
    _ = ask(&pool)
    let (one, _) = open(&pool)
    let (b, _) = ask(&pool)
    pool.retired(one, now: start)
    // Two requests are owed yet.
    #expect(pool.takeActions() == [])
    let (c, actions) = ask(&pool)
    #expect(actions == [.connect(address: 0)])
    pool.release(one, failure: nil, now: start)
    #expect(pool.takeActions() == [])
    pool.release(one, failure: gone, now: start)
    #expect(pool.takeActions() == [.close(connection: one)])
    pool.closed(one, now: start)
    let (two, granted) = open(&pool)
    #expect(granted == [.grant(waiter: c, connection: two)] && b < c)
  }

  @Test func aServerThatFailedIsNotAskedAgain() {
    var pool = pool(2, limit: 1)
    _ = ask(&pool)
    let (one, _) = open(&pool, 0, instance: 11)
    pool.release(one, failure: SegmentationError(.internal), now: start)
    let (a, actions) = ask(&pool, avoiding: [11])
    #expect(actions == [.connect(address: 1)])
    // Behind the other address is the same process.
    let (two, refusal) = open(&pool, 1, instance: 11)
    #expect(refusal == [.refuse(waiter: a, .noOther)])
    // Others take it.
    let (b, granted) = ask(&pool)
    #expect(granted == [.grant(waiter: b, connection: one)] && two != one)
  }

  @Test func aServerThatSendsAwayIsLeftAlone() {
    var pool = pool()
    _ = ask(&pool)
    let (one, _) = open(&pool)
    let calm = SegmentationError(.calm, retryAfter: .seconds(5))
    // The end of the connection may be known before that of the request.
    pool.retired(one, now: start)
    pool.closed(one, now: start)
    pool.release(one, failure: calm, now: start)
    _ = pool.takeActions()
    let (a, actions) = ask(&pool, at: .seconds(4))
    #expect(actions == [.refuse(waiter: a, .unreachable([.sentAway(host: "host", port: 1, calm)]))])
    let (_, later) = ask(&pool, at: .seconds(5))
    #expect(later == [.connect(address: 0)])
  }

  @Test func aCallerThatGaveUpIsForgotten() {
    var pool = pool()
    let (a, _) = ask(&pool)
    pool.withdraw(a)
    let (_, actions) = open(&pool)
    #expect(actions == [])
  }

  @Test func idleConnectionsAreClosed() {
    var pool = pool()
    _ = ask(&pool)
    let (one, _) = open(&pool)
    pool.closeIdle(now: start + .seconds(100))
    #expect(pool.takeActions() == [])
    pool.release(one, failure: nil, now: start + .seconds(100))
    pool.closeIdle(now: start + .seconds(159))
    #expect(pool.takeActions() == [])
    pool.closeIdle(now: start + .seconds(160))
    #expect(pool.takeActions() == [.close(connection: one)])
    let (_, again) = ask(&pool)
    #expect(again == [.connect(address: 0)])
  }

  @Test func aStoppedPoolTakesNothing() {
    var pool = pool(limit: 1)
    _ = ask(&pool)
    let (one, _) = open(&pool, places: 1)
    let (b, _) = ask(&pool)
    pool.stop()
    #expect(pool.takeActions() == [.refuse(waiter: b, .stopped), .close(connection: one)])
    let (c, actions) = ask(&pool)
    #expect(actions == [.refuse(waiter: c, .stopped)])
    // One that was under way comes too late.
    let (late, close) = open(&pool)
    #expect(close == [.close(connection: late)])
  }

  @Test func noSequenceLosesACallerOrAPlace() {
    for seed in 0..<200 as Range<UInt64> {
      var generator = JitterGenerator(seed: seed)
      var pool = pool(3)
      var (waiting, held, open, making): (Set<Int>, [Int], Set<Int>, [Int]) = ([], [], [], [])
      func take() {
        while true {
          let actions = pool.takeActions()
          if actions.isEmpty { return }
          for action in actions { perform(action) }
        }
      }
      func perform(_ action: PoolState.Action) {
        switch action {
        case .connect(let address):
          #expect(!making.contains(address))
          making.append(address)
        case .grant(let waiter, let connection):
          let waited = waiting.remove(waiter) != nil
          held.append(connection)
          let holders = held.filter { $0 == connection }.count
          #expect(waited && open.contains(connection) && holders <= 2)
        case .refuse(let waiter, _):
          let waited = waiting.remove(waiter) != nil
          #expect(waited)
        case .close(let connection):
          let wasOpen = open.remove(connection) != nil
          #expect(wasOpen && !held.contains(connection))
          pool.closed(connection, now: start)
        }
      }
      for _ in 0..<100 {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1:
          let number = pool.number()
          waiting.insert(number)
          pool.ask(number, avoiding: Bool.random(using: &generator) ? [1] : [], now: start)
        case 2 where !making.isEmpty:
          let address = making.removeFirst()
          let number = pool.opened(
            address, instance: UInt64(address), places: 2, idleTime: .seconds(60), now: start)
          open.insert(number)
        case 3 where !making.isEmpty: pool.failed(making.removeLast(), refused, now: start)
        case 4 where !held.isEmpty:
          let connection = held.remove(at: Int.random(in: held.indices, using: &generator))
          pool.release(connection, failure: Bool.random(using: &generator) ? gone : nil, now: start)
        case 5 where !open.isEmpty: pool.retired(open.min() ?? 0, now: start)
        default: break
        }
        take()
        #expect(waiting == Set(pool.waiters.map(\.number)))
        // Whoever waits has something to wait for.
        #expect(waiting.isEmpty || !making.isEmpty || !held.isEmpty)
      }
    }
  }
}
