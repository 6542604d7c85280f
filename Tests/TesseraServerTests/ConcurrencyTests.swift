import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct ConcurrencyTests {
  // More than the 16 that may be open at once.
  @Test func twentyRequestsOnOneConnection() async throws {
    let service = FakeService()
    let outcome = try await withServer(service) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for number in 0..<20 { group.addTask { try await client.segmentPicture(number) } }
          for try await isRight in group { #expect(isRight) }
        }
      }
    }
    #expect(service.calls == 20)
    #expect(outcome == .clean)
  }

  @Test func twentyConnections() async throws {
    let service = FakeService()
    let outcome = try await withServer(service) { server, address in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await withClient(host: address.host, port: address.port) { try await $0.segmentPicture(number) }
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
      #expect(try await eventually { server.connectionCount == 0 })
    }
    #expect(service.calls == 20)
    #expect(outcome == .clean)
  }
}
