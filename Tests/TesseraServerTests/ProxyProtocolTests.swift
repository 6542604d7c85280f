import NIOCore
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct ProxyProtocolTests {
  private func line(_ address: String) -> [UInt8] { Array("PROXY TCP4 \(address) 127.0.0.1 4711 7450\r\n".utf8) }

  private func withProxiedServer(
    _ configure: (inout Server.Configuration) -> Void = { _ in }, _ body: (Server, Int) async throws -> Void
  ) async throws -> ShutdownOutcome {
    try await withServer(
      FakeService(),
      {
        $0.expectsProxyHeader = true
        configure(&$0)
      }
    ) { server, address in try await body(server, address.port) }
  }

  /// The first frame that comes back.
  private func answer(_ raw: RawConnection) async throws -> MessageType? {
    var reader = FrameReader(await raw.readToEnd())
    defer { raw.abandon() }
    return try reader.next()?.header.type
  }

  @Test func bytesBehindTheHeaderAreTheConnections() async throws {
    _ = try await withProxiedServer { _, port in
      for header in [line("192.0.2.1"), Array("PROXY UNKNOWN\r\n".utf8), ProxyHeaderTests.binary(ProxyHeaderTests.v4)] {
        let raw = try await RawConnection.open(port)
        var frames = RawFrames()
        try await raw.send(header + frames.hello() + frames.request(1, picture(1)))
        try await raw.endInput()
        var reader = FrameReader(await raw.readToEnd())
        var types: [MessageType] = []
        while let (header, _) = try reader.next() { types.append(header.type) }
        #expect(types == [.helloAck, .result, .resultData])
        await raw.close()
      }
    }
  }

  @Test func aByteAtATime() async throws {
    _ = try await withProxiedServer { _, port in
      let raw = try await RawConnection.open(port)
      var frames = RawFrames()
      for byte in line("192.0.2.1") + frames.hello().prefix(12) { try await raw.send([byte]) }
      frames = RawFrames()
      try await raw.send(Array(frames.hello().dropFirst(12)))
      try await raw.endInput()
      #expect(try await answer(raw) == .helloAck)
    }
  }

  @Test func withoutAHeaderNothingIsSaid() async throws {
    _ = try await withProxiedServer { server, port in
      var frames = RawFrames()
      for bytes in [frames.hello(), Array("PROXY TCP4 1 2 3 4\r\n".utf8), Array("GET / HTTP/1.1\r\n\r\n".utf8)] {
        let raw = try await RawConnection.open(port)
        raw.sendLater(bytes)
        #expect(await raw.readToEnd().readableBytes == 0)
        await raw.close()
      }
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test func aHeaderMayNotComeUnasked() async throws {
    _ = try await withServer(FakeService()) { _, address in
      let raw = try await RawConnection.open(address.port)
      raw.sendLater(line("192.0.2.1"))
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.protocol])
      await raw.close()
    }
  }

  @Test func aSlowHeaderEnds() async throws {
    _ = try await withProxiedServer({ $0.handshakeTime = .milliseconds(200) }) { server, port in
      let start = ContinuousClock.now
      let raw = try await RawConnection.open(port)
      raw.sendLater(Array("PROXY TCP4".utf8))
      #expect(await raw.readToEnd().readableBytes == 0)
      let time = start.duration(to: .now)
      #expect(time > .milliseconds(150) && time < .seconds(2))
      await raw.close()
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test func aHeadersTimeIsTakenFromTheHandshakes() async throws {
    _ = try await withProxiedServer({ $0.handshakeTime = .seconds(3) }) { _, port in
      let start = ContinuousClock.now
      let raw = try await RawConnection.open(port)
      try await Task.sleep(for: .milliseconds(1500))
      try await raw.send(line("192.0.2.1"))
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.timeout])
      #expect(start.duration(to: .now) < .milliseconds(4300))
      await raw.close()
    }
  }

  @Test func aMissingHeaderDoesNotHoldUpTheDrain() async throws {
    var raw: RawConnection?
    var start = ContinuousClock.now
    let patient: (inout Server.Configuration) -> Void = {
      $0.handshakeTime = .seconds(20)
      $0.drain.answers = .seconds(10)
      $0.drain.hardEnd = .seconds(12)
    }
    let outcome = try await withProxiedServer(patient) { server, port in
      raw = try await RawConnection.open(port)
      #expect(try await eventually { server.connectionCount == 1 })
      start = .now
    }
    #expect(outcome == .clean && start.duration(to: .now) < .seconds(5))
    await raw?.close()
  }

  @Test func limitsHoldForTheAddressThatTheProxyTells() async throws {
    let mine = TestToken("mine")
    try await withSecretFile(mine.line) { file in
      let configure: (inout Server.Configuration) -> Void = {
        $0.tokenFile = file
        $0.unauthenticatedPerAddress = 1
      }
      _ = try await withProxiedServer(configure) { server, port in
        let first = try await RawConnection.open(port)
        var frames = RawFrames()
        try await first.send(line("192.0.2.1") + frames.hello())
        try await Task.sleep(for: .milliseconds(50))
        let second = try await RawConnection.open(port)
        try await second.send(line("192.0.2.1"))
        #expect(try await answer(second) == .error)
        let third = try await RawConnection.open(port)
        frames = RawFrames()
        try await third.send(line("192.0.2.2") + frames.hello())
        try await third.endInput()
        #expect(try await answer(third) == .helloAck)
        await first.close()
      }
    }
  }

  @Test(.needsCertificates) func tlsComesBehindTheHeader() async throws {
    let made = try #require(Certificates.shared)
    _ = try await withProxiedServer({ $0.tls = Server.TLS(made.server) }) { _, port in
      let context = try clientContext(trusting: made.authority)
      let raw = try await RawConnection.open(port, tls: context, prelude: line("192.0.2.1"))
      var frames = RawFrames()
      try await raw.send(frames.hello())
      try await raw.endInput()
      #expect(try await answer(raw) == .helloAck)
      let bare = try await RawConnection.open(port, tls: context)
      #expect(await bare.readToEnd().readableBytes == 0)
      await bare.close()
    }
  }
}
