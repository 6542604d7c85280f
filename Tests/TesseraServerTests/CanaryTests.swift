import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct CanaryTests {
  /// A canary in a hurry, and the admin port.
  private func quick(_ configuration: inout Server.Configuration) {
    withAdmin(&configuration)
    configuration.canary = Server.CanaryTimes()
    configuration.canary?.interval = .milliseconds(40)
    configuration.canary?.freshness = .milliseconds(500)
  }

  private func expectPage(
    _ server: Server, _ status: Int, _ body: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    var last: AdminPage?
    let comes = try await eventually(within: .seconds(4)) {
      last = try await AdminPage.get("/readyz", of: server)
      return last?.status == status && last?.body == body
    }
    #expect(comes, "\(String(describing: last))", sourceLocation: sourceLocation)
  }

  private let late = "not ready: the canary inference does not come back; a computation may hang\n"

  @Test func aServiceThatHangsIsNotReadyUntilItMoves() async throws {
    let valve = Valve()
    _ = try await withServer(FakeService { _ in await valve.pass() }, quick) { server, address in
      _ = try await server.ready()
      try await withClient(host: address.host, port: address.port) { client in
        try await client.expectAnswer(to: 1)
        let status = try await client.status()
        #expect(status.state == .ready && status.reason == 0)
        #expect(status.sinceSuccess < .seconds(1))

        valve.close()
        let closed = ContinuousClock.now
        try await expectPage(server, 503, late)
        #expect(closed.duration(to: .now) < .seconds(3))
        #expect(try await AdminPage.get("/livez", of: server).status == 200)
        let refusal = try await failure { () async throws(SegmentationError) in try await client.segmentPicture(2) }
        #expect(refusal.code == .notReady && refusal.retry == .afterDelay && refusal.retryAfter > .zero)
        let metrics = try await AdminPage.get("/metrics", of: server)
        #expect(metrics.value("tessera_ready") == 0)
        #expect(metrics.value("tessera_canary_age_seconds").map { $0 > 0.15 && $0 < 60 } == true)
        #expect(metrics.value(#"tessera_requests_refused_total{code="NOT_READY"}"#) == 1)

        // A connection that is made now hears of it in the greeting, and INFO says why.
        try await withClient(host: address.host, port: address.port) { other in
          let status = try await other.status()
          #expect(status.state == .starting && status.reason == 2)
          #expect(status.sinceSuccess >= .milliseconds(150))
        }

        valve.open()
        try await expectPage(server, 200, "ready\n")
        try await client.expectAnswer(to: 3)
      }
    }
  }

  @Test func aServerThatNeverWorkedIsStarting() async throws {
    let valve = Valve(isOpen: false)
    let configure: (inout Server.Configuration) -> Void = {
      quick(&$0)
      $0.canary?.freshness = .seconds(1)
    }
    _ = try await withServer(FakeService { _ in await valve.pass() }, configure) { server, address in
      try await expectPage(
        server, 503, "not ready: models are loading, or no canary inference of one has succeeded yet\n")
      #expect(try await AdminPage.get("/metrics", of: server).value("tessera_canary_age_seconds") == .infinity)
      try await withClient(host: address.host, port: address.port) { client in
        let status = try await client.status()
        #expect(status.state == .starting && status.reason == 1)
        let refusal = try await failure { () async throws(SegmentationError) in try await client.segmentPicture(2) }
        #expect(refusal.code == .notReady)
      }
      async let ready = server.ready()
      valve.open()
      #expect(try await ready == address)
    }
  }

  @Test func aServiceThatFailsIsToldByItsCode() async throws {
    let isBroken = Switch()
    let service = FakeService { _ throws(SegmentationError) in
      if isBroken.isOn { throw SegmentationError(.modelFault, "broken") }
    }
    _ = try await withServer(service, quick) { server, _ in
      try await expectPage(server, 200, "ready\n")
      isBroken.turn(on: true)
      try await expectPage(server, 503, "not ready: the canary inference fails with MODEL_FAULT\n")
      let metrics = try await AdminPage.get("/metrics", of: server)
      #expect(metrics.value(#"tessera_canaries_total{outcome="MODEL_FAULT"}"#).map { $0 >= 1 } == true)
      isBroken.turn(on: false)
      try await expectPage(server, 200, "ready\n")
    }
  }

  @Test func aQueueThatIsFullOfWhatHangsIsNotReady() async throws {
    let valve = Valve()
    let configure: (inout Server.Configuration) -> Void = {
      quick(&$0)
      $0.queueRequests = 1
    }
    _ = try await withServer(FakeService { _ in await valve.pass() }, configure) { server, address in
      _ = try await server.ready()
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      valve.close()
      // The canary needs none of the places that requests have; it waits behind the one that hangs, or hangs itself.
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      #expect(try await eventually { try await AdminPage.get("/readyz", of: server).status == 503 })
      valve.open()
      try await expectPage(server, 200, "ready\n")
      await raw.close()
    }
  }

  @Test func requestsThatSucceedAreProofEnough() async throws {
    let service = FakeService()
    let configure: (inout Server.Configuration) -> Void = {
      quick(&$0)
      $0.canary?.interval = .seconds(1)
      $0.canary?.freshness = .seconds(2)
    }
    _ = try await withServer(service, configure) { server, address in
      _ = try await server.ready()
      #expect(service.calls == 1)
      try await withClient(host: address.host, port: address.port) { client in
        for number in 0..<50 {
          try await client.expectAnswer(to: number)
          try await Task.sleep(for: .milliseconds(25))
        }
        #expect(service.calls == 51)
      }
      // Silence makes it sing again.
      #expect(try await eventually { service.calls > 51 })
      #expect(try await AdminPage.get("/readyz", of: server).status == 200)
    }
  }

  @Test func aCanaryThatHangsIsNoUnansweredRequest() async throws {
    let valve = Valve()
    let configure: (inout Server.Configuration) -> Void = {
      quick(&$0)
      $0.drain.answers = .milliseconds(100)
      $0.drain.hardEnd = .milliseconds(600)
    }
    let outcome = try await withServer(FakeService { _ in await valve.pass() }, configure) { server, _ in
      _ = try await server.ready()
      valve.close()
      try await expectPage(server, 503, late)
    }
    #expect(outcome == .forced(unanswered: 0))
    valve.open()
  }

  @Test func aCanaryThatHeedsItsCancellationDoesNotHoldTheDrainUp() async throws {
    let isSlow = Switch()
    let service = FakeService { _ throws(SegmentationError) in
      if isSlow.isOn { do { try await Task.sleep(for: .seconds(60)) } catch { throw SegmentationError(.cancelled) } }
    }
    let outcome = try await withServer(service, quick) { server, _ in
      _ = try await server.ready()
      isSlow.turn(on: true)
      try await expectPage(server, 503, late)
    }
    #expect(outcome == .clean)
  }

  @Test func whoWaitsForAServerThatEndsIsToldSo() async throws {
    let valve = Valve(isOpen: false)
    let configure: (inout Server.Configuration) -> Void = {
      quick(&$0)
      $0.drain.hardEnd = .milliseconds(500)
      $0.drain.answers = .milliseconds(100)
    }
    _ = try await withServer(FakeService { _ in await valve.pass() }, configure) { server, _ in
      async let ready = server.ready()
      try await Task.sleep(for: .milliseconds(50))
      server.beginDrain()
      do {
        _ = try await ready
        Issue.record("a server that never answered was ready")
      } catch is CancellationError {}
    }
    valve.open()
  }
}
