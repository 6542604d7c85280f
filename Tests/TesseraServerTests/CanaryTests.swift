import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

/// Canaries in a server; what they mean, and when, is ``CanaryStateTests``' matter.
@Suite struct CanaryTests {
  /// Many canaries, whose successes never grow old, and the admin port.
  private func brisk(_ configuration: inout Server.Configuration) {
    withAdmin(&configuration)
    configuration.canary = Server.CanaryTimes()
    configuration.canary?.interval = .milliseconds(40)
    configuration.canary?.freshness = .seconds(600)
  }

  /// The same, but a second without a sign of life is a hang.
  private func strict(_ configuration: inout Server.Configuration) {
    brisk(&configuration)
    configuration.canary?.freshness = .seconds(1)
  }

  private func expectPage(
    _ server: Server, _ status: Int, _ body: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    var last: AdminPage?
    let comes = try await eventually {
      last = try await AdminPage.get("/readyz", of: server)
      return last?.status == status && last?.body == body
    }
    #expect(comes, "\(String(describing: last))", sourceLocation: sourceLocation)
  }

  private let late = "not ready: the canary inference of fake does not come back; a computation may hang\n"

  @Test func aServiceThatHangsIsNotReadyUntilItMoves() async throws {
    let valve = Valve()
    _ = try await withServer(FakeService { _ in await valve.pass() }, strict) { server, address in
      _ = try await server.ready()
      try await withClient(host: address.host, port: address.port) { client in
        try await client.expectAnswer(to: 1)
        let status = try await client.status()
        #expect(status.state == .ready && status.reason == .none)

        valve.close()
        try await expectPage(server, 503, late)
        #expect(try await AdminPage.get("/livez", of: server).status == 200)
        let refusal = try await failure { () async throws(SegmentationError) in try await client.segmentPicture(2) }
        #expect(refusal.code == .notReady && refusal.retry == .afterDelay && refusal.retryAfter > .zero)
        let metrics = try await AdminPage.get("/metrics", of: server)
        #expect(metrics.value("tessera_ready") == 0)
        #expect(metrics.value("tessera_canary_age_seconds").map { $0 >= 1 && $0 < 60 } == true)
        #expect(metrics.value(#"tessera_requests_refused_total{code="NOT_READY"}"#) == 1)

        // A connection that is made now hears of it in the greeting, and INFO says why.
        try await withClient(host: address.host, port: address.port) { other in
          let status = try await other.status()
          #expect(status.state == .starting && status.reason == .late)
          #expect(status.sinceSuccess >= .seconds(1))
        }

        valve.open()
        try await expectPage(server, 200, "ready\n")
        try await client.expectAnswer(to: 3)
      }
    }
  }

  @Test func aServiceThatGoesOnIsReadyHoweverSlowItIs() async throws {
    let isSlow = Switch()
    let service = FakeService { request in
      guard isSlow.isOn else { return }
      let end = ContinuousClock.now + .seconds(3)
      while .now < end {
        _ = request.isWanted
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    _ = try await withServer(service, strict) { server, _ in
      _ = try await server.ready()
      isSlow.turn(on: true)
      let end = ContinuousClock.now + .milliseconds(2500)
      while .now < end {
        #expect(try await AdminPage.get("/readyz", of: server).body == "ready\n")
        try await Task.sleep(for: .milliseconds(50))
      }
      isSlow.turn(on: false)
    }
  }

  @Test func aServerThatNeverWorkedIsStarting() async throws {
    let valve = Valve(isOpen: false)
    _ = try await withServer(FakeService { _ in await valve.pass() }, brisk) { server, address in
      try await expectPage(server, 503, "not ready: no canary inference of fake has succeeded yet\n")
      #expect(try await AdminPage.get("/metrics", of: server).value("tessera_canary_age_seconds") == .infinity)
      try await withClient(host: address.host, port: address.port) { client in
        let status = try await client.status()
        #expect(status.state == .starting && status.reason == .starting)
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
    isBroken.turn(on: true)
    let service = FakeService { _ throws(SegmentationError) in
      if isBroken.isOn { throw SegmentationError(.modelFault, "broken") }
    }
    _ = try await withServer(service, brisk) { server, _ in
      try await expectPage(server, 503, "not ready: the canary inference of fake fails with MODEL_FAULT\n")
      let metrics = try await AdminPage.get("/metrics", of: server)
      #expect(
        metrics.value(#"tessera_canaries_total{model="fake",outcome="MODEL_FAULT"}"#).map { $0 >= 1 } == true)
      isBroken.turn(on: false)
      try await expectPage(server, 200, "ready\n")
    }
  }

  @Test func aCanaryNeedsNeitherPlaceNorRoom() async throws {
    let configure: (inout Server.Configuration) -> Void = {
      brisk(&$0)
      $0.queueRequests = 1
      $0.queueBytes = 1024
    }
    let service = FakeService()
    _ = try await withServer(service, configure) { server, address in
      _ = try await server.ready()
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      // It holds the one place and most of the room, and its input never comes.
      try await raw.send(frames.hello() + frames.request(1, picture(1), withData: false))
      let calls = service.calls
      #expect(try await eventually { service.calls > calls + 1 })
      #expect(try await AdminPage.get("/readyz", of: server).body == "ready\n")
      await raw.close()
    }
  }

  @Test func aServerThatHangsTakesNothingWhileItDrains() async throws {
    let valve = Valve()
    let configure: (inout Server.Configuration) -> Void = {
      strict(&$0)
      $0.drain.lateRequests = .seconds(1)
    }
    _ = try await withServer(FakeService { _ in await valve.pass() }, configure) { server, address in
      _ = try await server.ready()
      valve.close()
      try await expectPage(server, 503, late)
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello())
      server.beginDrain()
      try await expectPage(server, 503, "not ready: draining\n")
      try await raw.send(frames.request(1, picture(1)))
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.draining])
      await raw.close()
      valve.open()
    }
  }

  @Test func aCanaryThatHangsIsNoUnansweredRequest() async throws {
    let valve = Valve()
    let configure: (inout Server.Configuration) -> Void = {
      brisk(&$0)
      $0.drain.answers = .milliseconds(100)
      $0.drain.hardEnd = .milliseconds(600)
    }
    let service = FakeService { _ in await valve.pass() }
    let outcome = try await withServer(service, configure) { server, _ in
      _ = try await server.ready()
      valve.close()
      let calls = service.calls
      #expect(try await eventually { service.calls > calls })
    }
    #expect(outcome == .forced(unanswered: 0))
    valve.open()
  }

  @Test func aCanaryThatHeedsItsCancellationDoesNotHoldTheDrainUp() async throws {
    let isSlow = Switch()
    let service = FakeService { _ throws(SegmentationError) in
      if isSlow.isOn { do { try await Task.sleep(for: .seconds(60)) } catch { throw SegmentationError(.cancelled) } }
    }
    let outcome = try await withServer(service, brisk) { server, _ in
      _ = try await server.ready()
      isSlow.turn(on: true)
      let calls = service.calls
      #expect(try await eventually { service.calls > calls })
    }
    #expect(outcome == .clean)
  }

  @Test func whoWaitsForAServerThatEndsIsToldSo() async throws {
    let valve = Valve(isOpen: false)
    let configure: (inout Server.Configuration) -> Void = {
      brisk(&$0)
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
