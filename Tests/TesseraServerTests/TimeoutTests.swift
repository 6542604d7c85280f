import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct TimeoutTests {
  @Test func aSlowHandshakeEnds() async throws {
    _ = try await withServer(FakeService(), { $0.handshakeTime = .milliseconds(200) }) { server, address in
      let start = ContinuousClock.now
      let raw = try await RawConnection.open(address.port)
      var frames = RawFrames()
      // A byte at a time resets no deadline.
      let hello = frames.hello()
      async let _: Void = drip(hello, into: raw)
      var reader = FrameReader(await raw.readToEnd())
      let time = start.duration(to: .now)
      #expect(try reader.errors().map(\.error.code) == [.timeout])
      // The bytes alone would take 6 s.
      #expect(time < .seconds(4))
      await raw.close()
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  private func drip(_ bytes: [UInt8], into raw: RawConnection) async {
    for byte in bytes {
      raw.sendLater([byte])
      do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
    }
  }

  private func ping(_ raw: RawConnection, _ frames: consuming RawFrames) async {
    while true {
      raw.sendLater(frames.ping())
      do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
    }
  }

  @Test func silenceFromTheStartEnds() async throws {
    _ = try await withServer(FakeService(), { $0.handshakeTime = .milliseconds(100) }) { server, address in
      let raw = try await RawConnection.open(address.port)
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.timeout])
      // It does not close its own side either.
      #expect(try await eventually { server.connectionCount == 0 })
      await raw.close()
    }
  }

  @Test func halfAFrameEnds() async throws {
    // The protocol allows one more second for each frame.
    _ = try await withServer(FakeService(), { $0.limits.frame = .milliseconds(50) }) { _, address in
      let raw = try await RawConnection.open(address.port)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.request(1, picture(1)).prefix(200))
      var reader = FrameReader(await raw.readToEnd())
      let errors = try reader.errors()
      #expect(errors.contains { $0.error.code == .timeout })
      await raw.close()
    }
  }

  @Test func aRequestWithoutItsDataEndsAlone() async throws {
    _ = try await withServer(FakeService(), { $0.limits.frame = .milliseconds(100) }) { _, address in
      let raw = try await RawConnection.open(address.port)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.request(1, picture(1), withData: false))
      try await Task.sleep(for: .milliseconds(300))
      try await raw.send(frames.request(2, picture(2)))
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      var terminal: [UInt64: MessageType] = [:]
      while let (header, _) = try reader.next() { terminal[header.requestID.rawValue] = header.type }
      #expect(terminal[1] == .error)
      #expect(terminal[2] == .resultData)
      await raw.close()
    }
  }

  @Test func pingsDoNotKeepAPlace() async throws {
    let configure: (inout Server.Configuration) -> Void = {
      $0.limits.frame = .milliseconds(300)
      $0.limits.pingInterval = .milliseconds(1)
      $0.queueRequests = 1
    }
    _ = try await withServer(FakeService(), configure) { _, address in
      let raw = try await RawConnection.open(address.port)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.request(1, picture(1), withData: false))
      async let _: Void = ping(raw, frames)
      try await withClient(host: address.host, port: address.port) { client in
        // The one place is taken for the 30 s of the request's budget, or given up for want of input.
        let isFree = try await eventually { (try? await client.segmentPicture(2)) == true }
        #expect(isFree)
      }
      try await raw.endInput()
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.timeout])
      await raw.close()
    }
  }

  @Test func aLongComputationIsNotIdle() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    let idle: Duration = .milliseconds(300)
    _ = try await withServer(service, { $0.limits.idle = idle }) { _, address in
      let raw = try await RawConnection.open(address.port)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      try await Task.sleep(for: idle * 2)
      let answered = ContinuousClock.now
      gate.open()
      let bytes = await raw.readToEnd()
      #expect(answered.duration(to: .now) >= idle)
      var reader = FrameReader(bytes)
      var types: [MessageType] = []
      while let (header, _) = try reader.next() { types.append(header.type) }
      #expect(types == [.helloAck, .result, .resultData, .error])
      await raw.close()
    }
  }

  @Test func idlenessEnds() async throws {
    _ = try await withServer(FakeService(), { $0.limits.idle = .milliseconds(100) }) { server, address in
      let raw = try await RawConnection.open(address.port)
      var frames = RawFrames()
      try await raw.send(frames.hello())
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.timeout])
      await raw.close()
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test func aClientThatNeverReadsIsCutOff() async throws {
    let service = FakeService(classes: 40)
    _ = try await withServer(service, { $0.limits.writeStall = .milliseconds(300) }) { server, address in
      let raw = try await RawConnection.open(address.port, reads: false)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.largeRequest(1))
      try await withClient(host: address.host, port: address.port) { client in
        try await client.expectAnswer(to: 2)
        #expect(try await eventually { server.connectionCount == 1 })
        try await client.expectAnswer(to: 3)
      }
      await raw.close()
    }
  }
}
