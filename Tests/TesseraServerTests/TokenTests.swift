import NIOCore
import TesseraClient
import TesseraCredentials
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct TokenTests {
  private let mine = TestToken("mine")
  private let other = TestToken("other")

  private func withTokenServer(
    _ lines: [String], service: FakeService = FakeService(),
    _ configure: (inout Server.Configuration) -> Void = { _ in },
    _ body: (Server, Int, String) async throws -> Void
  ) async throws {
    try await withSecretFile(lines.joined(separator: "\n")) { file in
      _ = try await withServer(
        service,
        {
          $0.tokenFile = file
          configure(&$0)
        }
      ) { server, address in try await body(server, address.port, file) }
    }
  }

  private func withTokenClient(_ port: Int, _ token: TestToken, _ body: (Client) async throws -> Void) async throws {
    var configuration = Client.Configuration()
    configuration.token = token.token.text
    try await withClient(host: "127.0.0.1", port: port, configuration: configuration, body)
  }

  @Test func everyTokenOfTheListIsRight() async throws {
    try await withTokenServer([mine.line, other.line]) { _, port, _ in
      for token in [mine, other] {
        try await ask(port, host: "127.0.0.1", token: token.token.text)
      }
    }
  }

  @Test func wrongAndMissingTokens() async throws {
    let service = FakeService()
    try await withTokenServer([mine.line, other.line], service: service) { server, port, _ in
      let right = mine.token.text
      for token in [TestToken("new").token.text, String(right.dropLast()), right + "0", "x", right.uppercased(), nil] {
        let error = try await refusal(port, host: "127.0.0.1", token: token)
        guard case .handshakeFailed(_, port, let cause) = error else { throw NothingThrown() }
        #expect(cause.code == .authentication && cause.retry == .never)
      }
      #expect(service.calls == 0)
      #expect(try await eventually { server.connectionCount == 0 })
    }
  }

  @Test(arguments: [0, 4094])
  func aTokenThatCannotBeSent(_ count: Int) async throws {
    let error = try await refusal(1, host: "127.0.0.1", token: String(repeating: "a", count: count))
    #expect(error == .credentials(.tokenLength(count)))
  }

  @Test func anotherMethodAndNoneInTime() async throws {
    try await withTokenServer([mine.line]) { _, port, _ in
      for method in [UInt8(0), 2, 255] {
        let raw = try await RawConnection.open(port)
        var frames = RawFrames()
        try await raw.send(frames.hello() + frames.auth(method: method, mine.token.bytes))
        var reader = FrameReader(await raw.readToEnd())
        #expect(try reader.errors().map(\.error.code) == [.protocol])
        await raw.close()
      }
      // A request before AUTH is no way around it.
      let raw = try await RawConnection.open(port)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      var reader = FrameReader(await raw.readToEnd())
      #expect(try reader.errors().map(\.error.code) == [.protocol])
      await raw.close()
    }
  }

  @Test func openRequestsAreCountedOverAllConnections() async throws {
    let gate = Gate()
    let service = FakeService { _ in await gate.pass() }
    let limited = TestToken("limited", "inflight=1")
    try await withTokenServer([limited.line, other.line], service: service) { _, port, _ in
      try await withTokenClient(port, limited) { first in
        try await withTokenClient(port, limited) { second in
          async let waiting: Void = first.expectAnswer(to: 1)
          #expect(try await eventually { gate.arrived == 1 })
          let error = try await failure { () async throws(SegmentationError) in try await second.segmentPicture(2) }
          #expect(error.code == .overloaded && error.retry == .afterDelay && error.scope == .request)
          #expect(error.retryAfter > .zero)
          gate.open()
          try await waiting
          let isFree = try await eventually { (try? await second.segmentPicture(3)) == true }
          #expect(isFree)
        }
      }
      try await withTokenClient(port, other) { try await $0.expectAnswer(to: 4) }
    }
  }

  @Test func aLostConnectionGivesItsPlacesBack() async throws {
    let limited = TestToken("limited", "inflight=1")
    try await withTokenServer([limited.line]) { server, port, _ in
      let raw = try await RawConnection.open(port)
      var frames = RawFrames()
      try await raw.send(
        frames.hello() + frames.auth(limited.token.bytes) + frames.request(1, picture(1), withData: false))
      try await Task.sleep(for: .milliseconds(50))
      try await withTokenClient(port, limited) { client in
        let error = try await failure { () async throws(SegmentationError) in try await client.segmentPicture(2) }
        #expect(error.code == .overloaded)
        try await raw.reset()
        #expect(try await eventually { server.connectionCount == 1 })
        try await client.expectAnswer(to: 3)
      }
    }
  }

  @Test func requestsASecondAreCounted() async throws {
    let limited = TestToken("limited", "rate=2/s")
    try await withTokenServer([limited.line, other.line]) { _, port, _ in
      try await withTokenClient(port, limited) { client in
        let outcomes = await withTaskGroup(of: Result<Bool, SegmentationError>.self) { group in
          for number in 1...12 {
            group.addTask {
              do throws(SegmentationError) {
                return .success(try await client.segmentPicture(number))
              } catch {
                return .failure(error)
              }
            }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        let errors = outcomes.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        #expect(outcomes.count { $0 == .success(true) } >= 2 && !errors.isEmpty)
        #expect(errors.allSatisfy { $0.code == .overloaded && $0.retry == .afterDelay })
        #expect(errors.allSatisfy { $0.retryAfter > .zero && $0.retryAfter <= .milliseconds(500) })
        try await withTokenClient(port, other) { try await $0.expectAnswer(to: 4) }
        try await Task.sleep(for: .milliseconds(550))
        try await client.expectAnswer(to: 5)
      }
    }
  }

  @Test func connectionsWithoutTokenAreFewForEachAddress() async throws {
    try await withTokenServer([mine.line], { $0.unauthenticatedPerAddress = 2 }) { server, port, _ in
      var waiting: [RawConnection] = []
      for _ in 0..<2 {
        let raw = try await RawConnection.open(port)
        var frames = RawFrames()
        try await raw.send(frames.hello())
        waiting.append(raw)
      }
      #expect(try await eventually { server.connectionCount == 2 })
      let third = try await RawConnection.open(port)
      var reader = FrameReader(await third.readToEnd())
      let error = try #require(try reader.errors().first?.error)
      #expect(error.code == .overloaded && error.scope == .connection && error.retry == .afterDelay)
      await third.close()
      for raw in waiting { await raw.close() }
      #expect(try await eventually { server.connectionCount == 0 })
      // Whoever showed a token no longer counts.
      try await withTokenClient(port, mine) { _ in
        try await withTokenClient(port, mine) { _ in
          try await withTokenClient(port, mine) { try await $0.expectAnswer(to: 1) }
        }
      }
    }
  }

  @Test func theListIsReadAnew() async throws {
    try await withTokenServer([mine.line]) { server, port, file in
      try await withTokenClient(port, mine) { open in
        try writeSecret(other.line, file)
        try await server.reloadTokens()
        try await ask(port, host: "127.0.0.1", token: other.token.text)
        #expect(try await refusal(port, host: "127.0.0.1", token: mine.token.text) != nil)
        try await open.expectAnswer(to: 1)
        try writeSecret("nobody", file)
        await #expect(throws: ServerError.self) { try await server.reloadTokens() }
        try await ask(port, host: "127.0.0.1", token: other.token.text)
      }
    }
  }
}
