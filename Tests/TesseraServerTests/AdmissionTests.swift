import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct AdmissionTests {
  @Test func aFullQueueRefusesAtOnce() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    _ = try await withServer(service, { $0.queueRequests = 2 }) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let first = client.segmentPicture(1)
        #expect(try await eventually { gate.arrived == 1 })
        async let second = client.segmentPicture(2)
        #expect(try await eventually { try await client.queued == 2 })
        let start = ContinuousClock.now
        let error = try await failure { () throws(SegmentationError) in try await client.segmentPicture(3) }
        #expect(start.duration(to: .now) < .seconds(1))
        #expect(error.code == .overloaded && error.retry == .afterDelay && error.retryAfter > .zero)
        #expect(error.scope == .request)
        gate.open()
        #expect(try await first)
        #expect(try await second)
        try await client.expectAnswer(to: 4)
        #expect(!service.saw(picture(3)))
      }
    }
  }

  @Test func aSpentMemoryBudgetRefusesAtOnce() async throws {
    let gate = Gate()
    // Input and labels of one picture take 768 bytes.
    _ = try await withServer(FakeService { _ in await gate.pass() }, { $0.queueBytes = 1000 }) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let first = client.segmentPicture(1)
        #expect(try await eventually { gate.arrived == 1 })
        let error = try await failure { () throws(SegmentationError) in try await client.segmentPicture(2) }
        #expect(error.code == .memoryBudget && error.retry == .afterDelay)
        let never = try await failure { () throws(SegmentationError) in
          try await client.segment(.rgb8(picture(5, width: 32)), width: 32, height: 12)
        }
        #expect(never.code == .tooLarge && never.retry == .never)
        gate.open()
        #expect(try await first)
        try await client.expectAnswer(to: 2)
      }
    }
  }

  @Test func aRequestWhoseTimeRunsOutInTheQueueIsNotComputed() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    _ = try await withServer(service) { _, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello())
      try await withClient(host: address.host, port: address.port) { client in
        async let first = client.segmentPicture(1)
        #expect(try await eventually { gate.arrived == 1 })
        let error = try await failure { () throws(SegmentationError) in
          try await client.segmentPicture(2, within: .milliseconds(100))
        }
        #expect(error.code == .deadline)
        try await Task.sleep(for: .milliseconds(50))
        gate.open()
        #expect(try await first)
        try await client.expectAnswer(to: 3)
      }
      #expect(!service.saw(picture(2)))
      await raw.close()
    }
  }

  @Test func theServerTellsOfATimeThatRanOut() async throws {
    let service = FakeService { request throws(SegmentationError) in
      try? await Task.sleep(for: .seconds(10))
      guard !Task.isCancelled else { throw SegmentationError(.cancelled) }
    }
    _ = try await withServer(service, { $0.limits.maxBudget = .milliseconds(100) }) { _, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      let errors = try reader.errors()
      #expect(errors.map(\.id.rawValue) == [1])
      #expect(errors.first?.error.code == .deadline)
      await raw.close()
    }
  }

  @Test func aDeadlineThatPassedIsNotSent() async throws {
    _ = try await withServer(FakeService()) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        let error = try await failure { () throws(SegmentationError) in
          try await client.segmentPicture(1, within: .zero)
        }
        #expect(error.code == .deadline)
      }
    }
  }

  @Test func aCancelledRequestLeavesTheQueue() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    _ = try await withServer(service) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let first = client.segmentPicture(1)
        #expect(try await eventually { gate.arrived == 1 })
        try await withThrowingTaskGroup(of: SegmentationError.self) { group in
          group.addTask {
            try await failure { () throws(SegmentationError) in try await client.segmentPicture(2) }
          }
          #expect(try await eventually { try await client.queued == 2 })
          group.cancelAll()
          let error = try await group.next()
          #expect(error?.code == .cancelled)
        }
        #expect(try await eventually { try await client.queued == 1 })
        gate.open()
        #expect(try await first)
        try await client.expectAnswer(to: 3)
        #expect(!service.saw(picture(2)))
      }
    }
  }

  @Test func requestsCancelledInTheSameBytesHoldNoPlaces() async throws {
    let service = FakeService()
    _ = try await withServer(service, { $0.queueRequests = 1 }) { _, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello())
      let pairs = (1...8 as ClosedRange<UInt64>).flatMap { id in
        frames.request(id, picture(1), withData: false) + frames.cancel(id)
      }
      try await raw.send(pairs + frames.request(9, picture(9)))
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == Array(repeating: .cancelled, count: 8))
      #expect(service.saw(picture(9)) && !service.saw(picture(1)))
      await raw.close()
    }
  }

  @Test func cancellingReachesTheService() async throws {
    let gate = Gate()
    let service = FakeService { request throws(SegmentationError) in
      gate.open()
      try? await Task.sleep(for: .seconds(10))
      if Task.isCancelled { throw SegmentationError(.cancelled) }
    }
    let start = ContinuousClock.now
    _ = try await withServer(service) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            _ = try await failure { () throws(SegmentationError) in try await client.segmentPicture(1) }
          }
          await gate.pass()
          group.cancelAll()
          try await group.waitForAll()
        }
        #expect(try await eventually { try await client.queued == 0 })
      }
    }
    #expect(start.duration(to: .now) < .seconds(5))
  }

  @Test func tooManyConnectionsAreTurnedAway() async throws {
    _ = try await withServer(FakeService(), { $0.maxConnections = 1 }) { server, address in
      try await withClient(host: address.host, port: address.port) { client in
        await #expect {
          try await withClient(host: address.host, port: address.port) { _ in }
        } throws: { error in
          guard case ClientError.handshakeFailed(_, _, let cause) = error else { return false }
          return cause.code == .overloaded && cause.retry == .afterDelay && cause.scope == .connection
        }
        try await client.expectAnswer(to: 1)
      }
      #expect(try await eventually { server.connectionCount == 0 })
      try await withClient(host: address.host, port: address.port) { try await $0.expectAnswer(to: 2) }
    }
  }
}

extension Client {
  /// Requests that are admitted and not computed.
  fileprivate var queued: Int {
    get async throws { try await status().queued }
  }
}
