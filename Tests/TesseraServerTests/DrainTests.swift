import ServiceLifecycle
import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct DrainTests {
  @Test func everythingAcceptedIsAnswered() async throws {
    let service = FakeService { _ in try? await Task.sleep(for: .milliseconds(10)) }
    let start = ContinuousClock.now
    let outcome = try await withServer(service) { server, address in
      try await withThrowingTaskGroup(of: (Int, Int).self) { group in
        for worker in 0..<4 {
          group.addTask {
            try await withClient(host: address.host, port: address.port) { client in
              var answered = 0
              for number in 0..<200 {
                do throws(SegmentationError) {
                  let isRight = try await client.segmentPicture(1000 * worker + number)
                  #expect(isRight)
                  answered += 1
                } catch {
                  // Refused before it was accepted, and nothing else.
                  #expect(error.code == .draining || error.scope == .connection && error.retry == .atOnce)
                  return (answered, 1)
                }
              }
              return (answered, 0)
            }
          }
        }
        #expect(try await eventually { service.calls > 12 })
        server.beginDrain()
        var answered = 0
        for try await (count, refused) in group {
          answered += count
          #expect(refused == 1)
        }
        #expect(answered == service.calls)
      }
    }
    #expect(outcome == .clean)
    #expect(start.duration(to: .now) < .seconds(4))
  }

  @Test func aStuckServiceDoesNotHoldTheEndUp() async throws {
    let gate = Gate()
    let start = ContinuousClock.now
    let outcome = try await withServer(
      FakeService { _ in await gate.pass() },
      {
        $0.drain.answers = .milliseconds(100)
        $0.drain.hardEnd = .milliseconds(1500)
      }
    ) { server, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)) + frames.request(2, picture(2)))
      #expect(try await eventually { gate.arrived == 1 })
      server.beginDrain()
      var reader = FrameReader(await raw.readToEnd())
      var errors: [UInt64: ErrorCode] = [:]
      var goAways: [UInt64] = []
      while let (header, payload) = try reader.next() {
        if header.type == .error { errors[header.requestID.rawValue] = try ErrorMessage.decode(payload).error.code }
        if header.type == .goAway { goAways.append(try GoAway.decode(payload).lastID.rawValue) }
      }
      #expect(errors == [1: .draining, 2: .draining])
      #expect(goAways == [.max, 2])
      await raw.close()
    }
    #expect(outcome == .forced(unanswered: 2))
    #expect(start.duration(to: .now) < .seconds(5))
    gate.open()
  }

  @Test func idleConnectionsAreClosed() async throws {
    let outcome = try await withServer(FakeService()) { server, address in
      let silent = try await RawConnection.open(address.port)
      var frames = RawFrames()
      let greeted = try await RawConnection.open(address.port)
      try await greeted.send(frames.hello())
      #expect(try await eventually { server.connectionCount == 2 })
      server.beginDrain()
      _ = await silent.readToEnd()
      _ = await greeted.readToEnd()
    }
    #expect(outcome == .clean)
  }

  @Test func cancellationEndsAtOnce() async throws {
    let gate = Gate()
    var configuration = Server.Configuration()
    configuration.port = 0
    configuration.drain.farewell = .milliseconds(100)
    configuration.canary = nil
    let server = Server(configuration, service: FakeService { _ in await gate.pass() }, logger: quiet)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: ShutdownOutcome.self) { group in
      group.addTask { try await server.serve() }
      let address = try await server.address()
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      #expect(try await eventually { gate.arrived == 1 })
      group.cancelAll()
      let outcome = try await group.next()
      #expect(outcome == .forced(unanswered: 1))
      await raw.close()
    }
    #expect(start.duration(to: .now) < .seconds(4))
    gate.open()
  }

  @Test func aServiceGroupDrainsIt() async throws {
    var configuration = Server.Configuration()
    configuration.port = 0
    configuration.drain.lateRequests = .zero
    configuration.canary = nil
    let server = Server(configuration, service: FakeService(), logger: quiet)
    let services = ServiceGroup(services: [server], logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await services.run() }
      let address = try await server.address()
      try await withClient(host: address.host, port: address.port) { try await $0.expectAnswer(to: 1) }
      await services.triggerGracefulShutdown()
      try await group.waitForAll()
    }
    #expect(server.connectionCount == 0)
  }
}
