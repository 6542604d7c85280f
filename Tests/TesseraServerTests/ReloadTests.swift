import Synchronization
import TesseraClient
import TesseraLabels
import TesseraProtocol
import TesseraServer
import Testing

/// Models that change while they serve.
@Suite struct ReloadTests {
  @Test("200 swaps under load: no request fails, each answer is of one generation, old ones go")
  func swapsUnderLoad() async throws {
    let source = FakeSource { generation in
      // Time for requests between one swap and the next.
      try await Task.sleep(for: .milliseconds(5))
      return FakeService(generation: generation)
    }
    let outcome = try await withServer(of: [source]) { server, address in
      #expect(try await server.ready() == address)
      let seen = try await withThrowingTaskGroup(of: Set<UInt32>.self) { group in
        for worker in 0..<4 {
          group.addTask {
            try await withClient(host: address.host, port: address.port) { client in
              var seen: Set<UInt32> = []
              for number in 0... {
                let generation = try await client.expectGenuineAnswer(to: 1000 * worker + number)
                seen.insert(generation)
                if generation == 201 { break }
              }
              return seen
            }
          }
        }
        for generation in UInt32(2)...201 {
          #expect(await server.reload().outcomes == ["fake": .replaced(generation: generation)])
        }
        return try await group.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
      }
      #expect(seen.count > 10 && seen.contains(201), "\(seen.count) generations answered")
      #expect(try await eventually { source.loaded == [201] })
      #expect(source.loads == 201)
    }
    #expect(outcome == .clean)
  }

  @Test("an earlier generation answers those it was admitted to, and is there for as long")
  func anEarlierGenerationInUse() async throws {
    let gate = Gate()
    let source = FakeSource { generation in
      FakeService(generation: generation) { _ throws(SegmentationError) in if generation == 1 { await gate.pass() } }
    }
    _ = try await withServer(of: [source]) { server, address in
      #expect(try await server.ready() == address)
      try await withClient(host: address.host, port: address.port) { client in
        async let first = client.expectGenuineAnswer(to: 1)
        #expect(try await eventually { gate.arrived == 1 })
        #expect(await server.reload().outcomes == ["fake": .replaced(generation: 2)])
        #expect(server.models.descriptions.map(\.generation) == [2])
        #expect(source.loaded == [1, 2])
        // Others may still ask for it.
        async let second = client.expectGenuineAnswer(to: 2, generation: 1)
        async let third = client.expectGenuineAnswer(to: 3)
        #expect(try await eventually { try await client.status().queued == 3 })
        gate.open()
        let generations = try await [first, second, third]
        #expect(generations == [1, 1, 2])
        #expect(try await eventually { source.loaded == [2] })
        let error = try await failure { () throws(SegmentationError) in try await client.answer(to: 4, generation: 1) }
        #expect(error.code == .unknownModel)
        try await client.expectGenuineAnswer(to: 5, generation: 2)
      }
    }
  }

  @Test func aRequestHoldsItsGenerationWhileItsInputComes() async throws {
    let source = FakeSource()
    _ = try await withServer(of: [source]) { server, address in
      #expect(try await server.ready() == address)
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      let whole = frames.hello() + frames.request(1, picture(1))
      try await raw.send(Array(whole.dropLast(5)))
      #expect(try await eventually { source.loaded == [1] && server.connectionCount == 1 })
      try await Task.sleep(for: .milliseconds(50))
      #expect(await server.reload().outcomes == ["fake": .replaced(generation: 2)])
      #expect(source.loaded == [1, 2])
      try await raw.send(Array(whole.suffix(5)))
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      var generations: [UInt32] = []
      while let (header, payload) = try reader.next(), header.type != .error {
        if header.type == .result { generations.append(try ResultMessage.decode(payload).receipt.generation) }
      }
      #expect(generations == [1])
      #expect(try await eventually { source.loaded == [2] })
    }
  }

  @Test func whatCannotBeUsedChangesNothing() async throws {
    let attempts = Mutex(0)
    let source = FakeSource { generation in
      let attempt = attempts.withLock { attempts in
        attempts += 1
        return attempts
      }
      switch attempt {
      case 2: throw Unusable(description: "cut off")
      case 3: throw SegmentationError(.nonfiniteOutput, "NaN")
      case 4: return nil
      default: return FakeService(generation: generation)
      }
    }
    let other = FakeSource("other")
    _ = try await withServer(of: [source, other]) { server, address in
      #expect(try await server.ready() == address)
      try await withClient(host: address.host, port: address.port) { client in
        try await client.expectGenuineAnswer(to: 1, generation: 1)
        #expect(
          await server.reload().outcomes == ["fake": .kept(reason: "cut off"), "other": .replaced(generation: 2)])
        guard case .kept(let reason)? = await server.reload().outcomes["fake"] else { throw NothingThrown() }
        #expect(reason.contains("NONFINITE_OUTPUT"))
        #expect(await server.reload().outcomes == ["fake": .unchanged, "other": .replaced(generation: 4)])
        try await client.expectGenuineAnswer(to: 2, generation: 1)
        #expect(await server.reload().outcomes["fake"] == .replaced(generation: 2))
        #expect(try await client.expectGenuineAnswer(to: 3) == 2)
      }
      #expect(source.loaded == [2])
    }
  }

  @Test func requestsForAReloadShareOne() async throws {
    let gate = Gate()
    let source = FakeSource { generation in
      if generation == 2 { await gate.pass() }
      return FakeService(generation: generation)
    }
    _ = try await withServer(of: [source]) { server, address in
      #expect(try await server.ready() == address)
      async let first = server.reload()
      #expect(try await eventually { gate.arrived == 1 })
      let later = try await withThrowingTaskGroup(of: ReloadReport.self) { group in
        for _ in 0..<5 { group.addTask { await server.reload() } }
        for _ in 0..<20 { server.requestReload() }
        try await Task.sleep(for: .milliseconds(50))
        // Loading does not keep anybody waiting.
        try await withClient(host: address.host, port: address.port) { client in
          _ = try await client.expectGenuineAnswer(to: 1, generation: 1)
        }
        gate.open()
        return try await group.reduce(into: [ReloadReport.Outcome?]()) { $0.append($1.outcomes["fake"]) }
      }
      let report = await first
      #expect(report.outcomes == ["fake": .replaced(generation: 2)])
      // One pass for all of them, or a second where one came when it had begun.
      let expected: Set<ReloadReport.Outcome?> = [.replaced(generation: 3), .replaced(generation: 4)]
      #expect(later.count == 5 && expected.isSuperset(of: later), "\(later)")
      #expect(try await eventually { source.loads >= 3 })
      try await Task.sleep(for: .milliseconds(50))
      #expect(source.loads <= 4)
    }
  }

  @Test("a reload that never ends does not hold up the drain", .timeLimit(.minutes(1)))
  func aDrainWhileReloading() async throws {
    let gate = Gate()
    let source = FakeSource { generation in
      if generation == 2 { await gate.pass() }
      return FakeService(generation: generation)
    }
    let outcome = try await withServer(of: [source]) { server, _ in
      _ = try await server.ready()
      async let report = server.reload()
      #expect(try await eventually { gate.arrived == 1 })
      server.beginDrain()
      let outcomes = await report.outcomes
      #expect(outcomes == ["fake": .abandoned])
    }
    #expect(outcome == .clean)
    gate.open()
  }

  @Test func otherClassesAreServed() async throws {
    let source = FakeSource { FakeService(generation: $0, classes: $0 == 1 ? 5 : 7) }
    _ = try await withServer(of: [source]) { server, address in
      #expect(try await server.ready() == address)
      try await withClient(host: address.host, port: address.port) { client in
        let remote = try await RemoteModel("fake", of: client)
        let request = SegmentationRequest(image: .rgb8(picture(1)), width: 16, height: 12)
        #expect(try await remote.segment(request).classCount == 5)
        #expect(await server.reload().outcomes == ["fake": .replaced(generation: 2)])
        #expect(try await client.segment(request).classCount == 7)
        let error = try await failure { () throws(SegmentationError) in try await remote.segment(request) }
        #expect(error.code == .unknownModel && error.message.contains("had 5 classes and now has 7"))
      }
    }
  }

  @Test func aModelThatNeverChangesHasNothingToReload() async throws {
    _ = try await withServer(FakeService()) { server, _ in
      _ = try await server.ready()
      #expect(await server.reload().outcomes == [:])
    }
  }
}

extension Client {
  /// Segments a numbered picture by a generation, 0 for the current one.
  func answer(to number: Int, generation: UInt32) async throws(SegmentationError) -> SegmentationResult {
    try await segment(
      SegmentationRequest(image: .rgb8(picture(number)), width: 16, height: 12, generation: generation))
  }

  /// Expects what the generation in the receipt says of a picture, and returns that generation.
  @discardableResult
  func expectGenuineAnswer(
    to number: Int, generation: UInt32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> UInt32 {
    let result = try await answer(to: number, generation: generation)
    let answering = result.receipt.generation
    if generation != 0 { #expect(answering == generation, sourceLocation: sourceLocation) }
    #expect(result.receipt.weightsDigest == FakeService.digest(answering), sourceLocation: sourceLocation)
    let labels = FakeService.labels(picture(number), classes: result.classCount, generation: answering)
    #expect(result.labels?.indices(void: .max) == labels, sourceLocation: sourceLocation)
    return answering
  }
}
