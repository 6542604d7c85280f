import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

/// From listening to serving.
@Suite struct ModelLoadingTests {
  @Test("until its models are loaded, a server listens and tells clients to come back")
  func aStartingServer() async throws {
    let gate = Gate()
    let source = FakeSource { generation in
      await gate.pass()
      return FakeService(generation: generation)
    }
    let outcome = try await withServer(of: [source]) { server, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      let first = try reader.next()
      let ack = try #require(first)
      #expect(try HelloAck.decode(ack.payload).state == .starting)
      let errors = try reader.errors()
      #expect(errors.map { $0.error.code } == [.notReady])
      #expect(errors.first?.error.retry == .afterDelay)

      try await withClient(host: address.host, port: address.port) { client in
        let status = try await client.status()
        #expect(status.state == .starting && status.models.isEmpty)
        // Each connection may ask once a second.
        let error = try await withClient(host: address.host, port: address.port) { other in
          try await failure { () throws(SegmentationError) in try await RemoteModel(of: other) }
        }
        #expect(error.code == .notReady)
        #expect(!server.models.areLoaded)
        gate.open()
        #expect(try await server.ready() == address)
        // The same connection, which was greeted before.
        try await client.expectGenuineAnswer(to: 2, generation: 1)
      }
      let state = try await withClient(host: address.host, port: address.port) { try await $0.status().state }
      #expect(state == .ready)
    }
    #expect(outcome == .clean)
  }

  @Test func eachModelTellsTheMostPixelsThatItTakes() async throws {
    let small = FakeSource("small") { FakeService(name: "small", generation: $0, maximumPixels: 16 * 12 - 1) }
    _ = try await withServer(of: [small, FakeSource("large")]) { server, address in
      _ = try await server.ready()
      try await withClient(host: address.host, port: address.port) { client in
        #expect(client.limits.maxPixels == 1 << 24)
        let (small, large) = (try await RemoteModel("small", of: client), try await RemoteModel("large", of: client))
        #expect(small.model.maximumPixels == 16 * 12 - 1 && large.model.maximumPixels == 1 << 24)
        let request = SegmentationRequest(image: .rgb8(picture(1)), width: 16, height: 12, outputs: .labels)
        let error = try await failure { () throws(SegmentationError) in try await small.segment(request) }
        #expect(error.code == .tooLarge && error.retry == .never)
        _ = try await large.segment(request)
      }
    }
  }

  @Test func aModelThatCannotBeLoadedEndsTheServer() async throws {
    var configuration = Server.Configuration()
    configuration.port = 0
    let bad = FakeSource("bad") { _ in throw Unusable(description: "run/best.safetensors: is truncated") }
    let server = Server(configuration, sources: [FakeSource(), bad], logger: quiet)
    let expected = ServerError.cannotLoad(model: "bad", reason: "run/best.safetensors: is truncated")
    await #expect(throws: expected) { try await server.serve() }
    await #expect(throws: expected) { try await server.ready() }
    await #expect(throws: expected) { try await server.address() }
    #expect(expected.description == "cannot serve the model bad: run/best.safetensors: is truncated")
    let report = await server.reload()
    #expect(report.outcomes["bad"] == .abandoned, "nobody waits for a server that has ended")
  }

  @Test("a model that never comes does not hold up the end", .timeLimit(.minutes(1)))
  func aDrainWhileStarting() async throws {
    let gate = Gate()
    let start = ContinuousClock.now
    let outcome = try await withServer(of: [
      FakeSource { _ in
        await gate.pass()
        return nil
      }
    ]) { server, _ in
      let isLoading = try await eventually { gate.arrived == 1 }
      #expect(isLoading)
      server.beginDrain()
      await #expect(throws: CancellationError.self) { try await server.ready() }
    }
    #expect(outcome == .clean)
    #expect(start.duration(to: .now) < .seconds(3))
    gate.open()
  }

  @Test("a server that goes away before its models are loaded sends requests elsewhere, and does not deny the model")
  func aLateRequestWhileStarting() async throws {
    let gate = Gate()
    let outcome = try await withServer(
      of: [
        FakeSource("street"),
        FakeSource("night") { _ in
          await gate.pass()
          return nil
        },
      ], { $0.drain.lateRequests = .milliseconds(500) }
    ) { server, address in
      #expect(try await eventually { gate.arrived == 1 })
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello())
      server.beginDrain()
      try await Task.sleep(for: .milliseconds(50))
      // The server is in the time in which it still takes late requests.
      try await raw.send(frames.request(1, picture(1)))
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      let errors = try reader.errors()
      #expect(errors.map { $0.error.code } == [.draining])
      #expect(errors.first?.error.retry == .anotherServer)
      gate.open()
    }
    #expect(outcome == .clean)
  }

  @Test func severalModelsByName() async throws {
    let sources = ["street", "night"].map { FakeSource($0) }
    _ = try await withServer(of: sources) { server, address in
      #expect(try await server.ready() == address)
      #expect(server.models.descriptions.map(\.name) == ["street", "night"])
      #expect(server.models.service()?.model.name == "street")
      #expect(server.models.service(named: "night")?.model.name == "night")
      #expect(server.models.service(named: "day") == nil)
      try await withClient(host: address.host, port: address.port) { client in
        for (asked, answering) in [("", "street"), ("street", "street"), ("night", "night")] {
          let result = try await client.segment(.rgb8(picture(1)), width: 16, height: 12, model: asked)
          #expect(result.receipt.model == answering)
        }
        #expect(try await client.status().models.map(\.name) == ["street", "night"])
        let error = try await failure { () throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1)), width: 16, height: 12, model: "day")
        }
        #expect(error.code == .unknownModel)
      }
      try await withClient(host: address.host, port: address.port) { client in
        let night = try await RemoteModel("night", of: client)
        let request = SegmentationRequest(image: .rgb8(picture(1)), width: 16, height: 12)
        #expect(try await night.segment(request).receipt.model == "night")
      }
      let others = try await withClient(host: address.host, port: address.port) {
        try await $0.status(naming: "day").models
      }
      #expect(others.isEmpty)
    }
  }
}
