import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct DisconnectTests {
  @Test func requestsOfALostConnectionAreNotComputed() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    let outcome = try await withServer(service) { server, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let first = client.segmentPicture(1)
        #expect(try await eventually { gate.arrived == 1 })
        var frames = RawFrames()
        let raw = try await RawConnection.open(address.port)
        try await raw.send(frames.hello() + frames.request(1, picture(2)) + frames.request(2, picture(3)))
        #expect(try await eventually { try await client.status().queued == 3 })
        try await raw.reset()
        #expect(try await eventually { try await client.status().queued == 1 })
        #expect(server.connectionCount == 1)
        gate.open()
        #expect(try await first)
      }
    }
    #expect(service.calls == 1)
    #expect(outcome == .clean)
  }

  @Test func aLostConnectionStopsItsComputation() async throws {
    let gate = Gate()
    let service = FakeService { request throws(SegmentationError) in
      if request.image.bytes == picture(1) {
        gate.open()
        try? await Task.sleep(for: .seconds(10))
        if Task.isCancelled { throw SegmentationError(.cancelled) }
      }
    }
    let start = ContinuousClock.now
    _ = try await withServer(service) { _, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      await gate.pass()
      try await raw.reset()
      try await withClient(host: address.host, port: address.port) { try await $0.expectAnswer(to: 2) }
    }
    #expect(start.duration(to: .now) < .seconds(5))
  }

  @Test func anAnswerComesAfterTheClientClosedItsSide() async throws {
    let gate = Gate()
    _ = try await withServer(FakeService { _ in await gate.pass() }) { server, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      try await raw.endInput()
      #expect(try await eventually { gate.arrived == 1 })
      gate.open()
      var reader = FrameReader(await raw.readToEnd())
      var types: [MessageType] = []
      while let (header, _) = try reader.next() { types.append(header.type) }
      #expect(types == [.helloAck, .result, .resultData])
      #expect(try await eventually { server.connectionCount == 0 })
      await raw.close()
    }
  }

  @Test func theClientTellsOfALostServer() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    // The server gives up at once, and the client hears why.
    _ = try await withServer(service, { $0.drain.answers = .milliseconds(50) }) { server, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let lost = failure { () throws(SegmentationError) in try await client.segmentPicture(1) }
        #expect(try await eventually { gate.arrived == 1 })
        server.beginDrain()
        let error = try await lost
        #expect(error.code == .draining && error.retry == .anotherServer)
        let late = try await failure { () throws(SegmentationError) in try await client.segmentPicture(2) }
        #expect(late.retry != .never)
        gate.open()
      }
    }
  }
}
