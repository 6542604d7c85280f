import Synchronization
import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct ClientPoolTests {
  @Test func manyRequestsOverFewConnections() async throws {
    let service = FakeService()
    _ = try await withServer(service, { $0.queueRequests = 100 }) { server, address in
      try await withPool([address.port], { $0.connectionsPerAddress = 3 }) { pool in
        try await expectAnswers(0..<100, of: pool)
        #expect((1...3).contains(server.connectionCount))
        let remote = try await RemoteModel("fake", of: pool)
        #expect(remote.model.classes.count == 5)
      }
    }
    #expect(service.calls == 100)
  }

  @Test func nothingIsConnectedForNoRequest() async throws {
    try await ScriptedServer.run { server, port in
      try await withPool([port]) { _ in }
      #expect(server.connections == 0)
      try await withPool([port]) { pool in
        try await pool.expectAnswer(to: 1)
        try await pool.expectAnswer(to: 2)
      }
      #expect(server.connections == 1)
      #expect(try await eventually { server.openConnections == 0 })
    }
  }

  @Test func aServersLimitIsKept() async throws {
    var limits = ProtocolLimits()
    limits.maxInflight = 2
    try await ScriptedServer.run(limits: limits, { _, _ in .answer(after: .milliseconds(5)) }) { server, port in
      try await withPool([port]) { try await expectAnswers(0..<20, of: $0) }
      #expect(server.connections == 2 && server.mostInFlight <= 4)
    }
  }

  @Test func requestsSpreadOverServers() async throws {
    try await ScriptedServer.run(instance: 1, { _, _ in .answer(after: .milliseconds(20)) }) { one, port in
      try await ScriptedServer.run(instance: 2, { _, _ in .answer(after: .milliseconds(20)) }) { two, other in
        try await withPool([port, other], { $0.connectionsPerAddress = 1 }) {
          try await expectAnswers(0..<2, of: $0)
          try await expectAnswers(2..<18, of: $0)
        }
        #expect(one.requests >= 6 && two.requests >= 6 && one.requests + two.requests == 18)
      }
    }
  }

  @Test func goAwayReplacesTheConnection() async throws {
    try await ScriptedServer.run({ number, _ in number == 0 ? .answerAndGoAway : .answer() }) { server, port in
      try await withPool([port]) { pool in
        for number in 0..<4 { try await pool.expectAnswer(to: number) }
      }
      #expect(server.connections == 2 && server.requests == 4)
    }
  }

  @Test func aRequestThatMeetsGoAwayGoesToANewConnection() async throws {
    let draining = SegmentationError(.draining)
    try await ScriptedServer.run({ number, _ in number == 0 ? .fail(draining) : .answer() }) { server, port in
      try await withPool([port]) { try await $0.expectAnswer(to: 1) }
      #expect(server.connections == 2 && server.requests == 2)
    }
    // Of two addresses, the other is tried.
    try await ScriptedServer.run(instance: 1, { _, _ in .fail(draining) }) { one, port in
      try await ScriptedServer.run(instance: 2) { two, other in
        try await withPool([port, other]) { pool in for number in 0..<4 { try await pool.expectAnswer(to: number) } }
        #expect(one.requests <= 4 && two.requests == 4)
      }
    }
    // More at a time than the budget has retries for.
    try await ScriptedServer.run({ number, _ in number < 14 ? .fail(draining) : .answer() }) { server, port in
      try await withPool([port]) { try await expectAnswers(0..<14, of: $0) }
      #expect(server.requests >= 28)
    }
  }

  @Test func aConnectionThatDiesMidAnswerIsReplacedAndTheRequestSentAgain() async throws {
    try await ScriptedServer.run({ number, _ in number < 2 ? .dieMidAnswer : .answer() }) { server, port in
      try await withPool([port]) { try await $0.expectAnswer(to: 1) }
      #expect(server.connections == 3 && server.requests == 3)
      try await withPool([port], { $0.retries = .never }) { try await $0.expectAnswer(to: 1) }
    }
    try await ScriptedServer.run({ _, _ in .dieMidAnswer }) { server, port in
      try await withPool([port]) { pool in
        let error = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
        guard case .failed(let cause) = error else { throw NothingThrown() }
        #expect(cause.scope == .connection && server.requests == 4)
      }
    }
  }

  @Test func aBusyServersDelayIsKept() async throws {
    let busy = SegmentationError(.overloaded, retryAfter: .milliseconds(80))
    try await ScriptedServer.run({ number, _ in number == 0 ? .fail(busy) : .answer() }) { server, port in
      let start = ContinuousClock.now
      try await withPool([port]) { try await $0.expectAnswer(to: 1) }
      #expect(start.duration(to: .now) >= .milliseconds(80))
      #expect(server.requests == 2 && server.connections == 1)
    }
    // There is no time for it.
    try await ScriptedServer.run({ _, _ in .fail(busy) }) { server, port in
      try await withPool([port]) { pool in
        let start = ContinuousClock.now
        let error = try await requestFailure { () throws(RequestError) in
          try await pool.segmentPicture(1, by: ContinuousClock.now + .milliseconds(70))
        }
        #expect(error == .failed(busy) && server.requests == 1)
        #expect(start.duration(to: .now) < .milliseconds(70))
      }
    }
  }

  @Test func badInputIsSentOnce() async throws {
    try await ScriptedServer.run({ _, _ in .fail(SegmentationError(.badImage)) }) { server, port in
      try await withPool([port]) { pool in
        let error = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
        #expect(error == .failed(SegmentationError(.badImage)))
      }
      #expect(server.requests == 1)
    }
  }

  @Test func anotherServerIsAnotherProcess() async throws {
    let fault = SegmentationError(.modelFault)
    try await ScriptedServer.run(instance: 1, { _, _ in .fail(fault) }) { broken, port in
      try await ScriptedServer.run(instance: 2) { sound, other in
        try await withPool([port, other]) { try await $0.expectAnswer(to: 1) }
        #expect(broken.requests == 1 && sound.requests == 1)
      }
      // There is no other: asking the same one again would not help.
      try await withPool([port]) { pool in
        let error = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
        #expect(error == .failed(fault))
      }
      #expect(broken.requests == 2)
    }
  }

  @Test func deadAddressesAreLeftForLiveOnes() async throws {
    let dead = try await deadPort()
    try await ScriptedServer.run { server, port in
      try await withPool([dead, port]) { try await expectAnswers(0..<8, of: $0) }
      #expect(server.requests == 8)
    }
  }

  @Test func allAddressesDead() async throws {
    let dead = try await deadPort()
    try await withPool([dead]) { pool in
      let error = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
      #expect(error == .unreachable([.refused(host: "127.0.0.1", port: dead)]))
      #expect("\(error)".contains("start the server"))
      #expect(error.segmentationError.message.contains("start the server"))
    }
  }

  @Test func aServerThatIsLeavingIsNoServer() async throws {
    try await ScriptedServer.run(state: .draining) { server, port in
      try await withPool([port], { $0.retries = .never }) { pool in
        let error = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
        #expect(
          error == .unreachable([.handshakeFailed(host: "127.0.0.1", port: port, SegmentationError(.draining))]))
      }
      #expect(server.requests == 0)
    }
  }

  @Test func aServerThatSendsAwayIsNotConnectedTo() async throws {
    let calm = SegmentationError(.calm, retryAfter: .seconds(20))
    try await ScriptedServer.run({ _, _ in .dismiss(calm) }) { server, port in
      try await withPool([port], { $0.requestTime = .seconds(5) }) { pool in
        let first = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
        #expect(first.retryAfter == .seconds(20))
        let second = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(2) }
        guard case .unreachable(let errors) = second, case .sentAway? = errors.first else { throw NothingThrown() }
      }
      #expect(server.connections == 1)
    }
  }

  @Test func theDeadlineCoversEverything() async throws {
    var limits = ProtocolLimits()
    limits.maxInflight = 1
    try await ScriptedServer.run(limits: limits, { _, _ in .ignore }) { server, port in
      try await withPool([port], { $0.connectionsPerAddress = 1 }) { pool in
        let start = ContinuousClock.now
        let end = start + .milliseconds(250)
        async let first = requestFailure { () throws(RequestError) in try await pool.segmentPicture(1, by: end) }
        #expect(try await eventually { server.requests == 1 })
        // The first is in flight, and there is no place for another.
        async let second = requestFailure { () throws(RequestError) in try await pool.segmentPicture(2, by: end) }
        let errors = [try await first, try await second]
        #expect(errors == [.failed(SegmentationError(.deadline)), .failed(SegmentationError(.deadline))])
        let time = start.duration(to: .now)
        #expect(time >= .milliseconds(250) && time < .seconds(3))
        #expect(try await eventually { server.cancels == 1 })
        let late = try await requestFailure { () throws(RequestError) in
          try await pool.segmentPicture(3, by: ContinuousClock.now)
        }
        #expect(late == .failed(SegmentationError(.deadline)))
      }
      #expect(server.requests == 1)
    }
  }

  @Test func aDeadlineTellsWhatFailedBefore() async throws {
    var limits = ProtocolLimits()
    limits.maxInflight = 1
    let busy = SegmentationError(.overloaded, retryAfter: .milliseconds(100))
    try await ScriptedServer.run(limits: limits, { number, _ in number == 0 ? .fail(busy) : .ignore }) {
      server, port in
      try await withPool([port], { $0.connectionsPerAddress = 1 }) { pool in
        let end = ContinuousClock.now + .milliseconds(300)
        async let first = requestFailure { () throws(RequestError) in try await pool.segmentPicture(1, by: end) }
        #expect(try await eventually { server.requests == 1 })
        // It takes the only place while the first waits.
        async let second = requestFailure { () throws(RequestError) in try await pool.segmentPicture(2, by: end) }
        let (error, other) = (try await first.segmentationError, try await second.segmentationError)
        #expect(error.code == .deadline && error.message.contains("OVERLOADED"), "\(error)")
        #expect(other == SegmentationError(.deadline))
      }
    }
  }

  @Test func cancellingEndsEveryWait() async throws {
    var limits = ProtocolLimits()
    limits.maxInflight = 1
    let busy = SegmentationError(.overloaded, retryAfter: .seconds(20))
    try await ScriptedServer.run(limits: limits, { number, _ in number == 0 ? .ignore : .fail(busy) }) {
      server, port in
      let start = ContinuousClock.now
      try await withPool([port], { $0.connectionsPerAddress = 1 }) { pool in
        await withTaskGroup(of: RequestError?.self) { group in
          for number in 0..<2 {
            group.addTask {
              try? await requestFailure { () throws(RequestError) in try await pool.segmentPicture(number) }
            }
          }
          _ = try? await eventually { server.requests == 1 }
          group.cancelAll()
          for await error in group { #expect(error == .failed(SegmentationError(.cancelled))) }
        }
        let isTold = try await eventually { server.cancels == 1 }
        #expect(isTold)
        // Now one that waits for its delay.
        async let _ = requestFailure { () throws(RequestError) in try await pool.segmentPicture(5) }
        #expect(try await eventually { server.requests == 2 })
      }
      #expect(start.duration(to: .now) < .seconds(10))
    }
  }

  @Test func idleConnectionsAreClosed() async throws {
    try await ScriptedServer.run { server, port in
      try await withPool([port], { $0.idleTime = .milliseconds(40) }) { pool in
        try await pool.expectAnswer(to: 1)
        #expect(try await eventually { server.openConnections == 0 })
        try await pool.expectAnswer(to: 2)
      }
      #expect(server.connections == 2)
    }
  }

  /// A pool that outlives its scope.
  private final class Kept: Sendable {
    private let state = Mutex<ClientPool?>(nil)

    var pool: ClientPool? { state.withLock { $0 } }

    func keep(_ pool: ClientPool) { state.withLock { $0 = pool } }

    /// How a request ends that begins as soon as there is a pool.
    func failure() async throws -> RequestError {
      #expect(try await eventually { self.pool != nil })
      let pool = try #require(self.pool)
      return try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(1) }
    }
  }

  @Test func aPoolThatEndedFailsWhatIsLeft() async throws {
    let kept = Kept()
    try await ScriptedServer.run({ _, _ in .ignore }) { server, port in
      async let left = kept.failure()
      try await withPool([port]) { pool in
        kept.keep(pool)
        let isSent = try await eventually { server.requests == 1 }
        #expect(isSent)
      }
      #expect(try await left.segmentationError.scope == .connection)
      let pool = try #require(kept.pool)
      let error = try await requestFailure { () throws(RequestError) in try await pool.segmentPicture(2) }
      #expect(error.retry == .never && "\(error)".contains("the pool is closed"))
    }
  }

  @Test func aPoolSurvivesARestart() async throws {
    let service = FakeService { _ in try? await Task.sleep(for: .milliseconds(2)) }
    try await ScriptedServer.run(instance: 1) { _, other in
      _ = try await withServer(service) { server, address in
        try await withPool([address.port, other]) { pool in
          try await expectAnswers(0..<20, of: pool)
          server.beginDrain()
          // What the drained server turns away goes to the other.
          try await expectAnswers(20..<60, of: pool)
        }
      }
    }
  }

  @Test func theBudgetBoundsRetries() async throws {
    try await ScriptedServer.run({ _, _ in .fail(SegmentationError(.digest)) }) { server, port in
      try await withPool([port]) { pool in
        await withTaskGroup(of: Void.self) { group in
          for number in 0..<50 { group.addTask { _ = try? await pool.segmentPicture(number) } }
        }
      }
      // A reserve of ten, and one for every ten requests.
      #expect((60...65).contains(server.requests))
    }
  }

  @Test func aDamagedOutputIsSentForAgainAndNeverShown() async throws {
    try await ScriptedServer.run({ number, _ in number < 2 ? .damage : .answer() }) { server, port in
      try await withPool([port]) { try await $0.expectAnswer(to: 1) }
      #expect(server.requests == 3 && server.connections == 1)
    }
  }

  @Test func liesAboutTheModelAreNotSentForAgain() async throws {
    try await ScriptedServer.run { server, port in
      try await withPool([port]) { pool in
        let error = try await requestFailure { () throws(RequestError) in
          try await pool.segmentPicture(1, weights: .zero)
        }
        guard case .failed(let cause) = error else { throw NothingThrown() }
        #expect(cause.code == .unknownModel && cause.message.contains("\(FakeService.digest(3))"))
        #expect(server.requests == 1)
        #expect(try await pool.segmentPicture(1, weights: FakeService.digest(3)))
        let remote = try await requestFailure { () throws(RequestError) in
          try await RemoteModel("fake", expectedWeights: .zero, of: pool)
        }
        #expect(remote.segmentationError.code == .unknownModel)
      }
    }
  }
}
