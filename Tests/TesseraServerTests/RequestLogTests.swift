import Logging
import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct RequestLogTests {
  @Test func eachRequestsEndIsLoggedAtDebug() async throws {
    let log = LogRecorder()
    let service = FakeService { request throws(SegmentationError) in
      if request.width == 13 { throw SegmentationError(.badImage) }
    }
    _ = try await withServer(service, logger: log.logger(.debug)) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        try await client.expectAnswer(to: 1)
        _ = try await failure { () async throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1, width: 13, height: 2)), width: 13, height: 2)
        }
        _ = try await failure { () async throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1)), width: 16, height: 12, model: "other")
        }
      }
    }
    let ends = log.events.filter { $0.message == "request ended" }
    #expect(ends.map { $0.metadata["outcome"] } == ["OK", "BAD_IMAGE", "UNKNOWN_MODEL"])
    #expect(ends.map { $0.metadata["model"] } == ["fake", "fake", "other"])
    #expect(ends.map { $0.metadata["request"] } == ["1", "2", "3"])
    #expect(ends.allSatisfy { $0.level == .debug && $0.metadata["connection"] == "1" })
    #expect(ends.map { $0.metadata["compute_ms"] } == ["1.0", nil, nil])
    #expect(ends.map { $0.metadata["total_ms"] == nil } == [false, false, true])
  }

  @Test func faultsOfConnectionsAreLoggedAtInfoWithoutTheirBytes() async throws {
    let log = LogRecorder()
    _ = try await withServer(FakeService(), logger: log.logger(.info)) { _, address in
      let raw = try await RawConnection.open(address.port)
      try await raw.send(Array("sesame, open\r\n\r\n".utf8))
      _ = await raw.readToEnd()
      await raw.close()
    }
    let faults = log.events.filter { $0.message == "connection ended" }
    #expect(faults.count == 1 && faults.first?.level == .info && faults.first?.metadata["code"] == "PROTOCOL")
    #expect(!log.events.contains { "\($0)".contains("sesame") })
  }
}
