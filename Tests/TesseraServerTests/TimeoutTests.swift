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
