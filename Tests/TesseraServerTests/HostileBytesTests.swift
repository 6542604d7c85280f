import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct HostileBytesTests {
  private static let http = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
  private static let tls: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]
  private static let wrongHeader: [UInt8] = Preface.bytes + [UInt8](repeating: 0xff, count: 64)

  @Test(arguments: [http, tls, wrongHeader, [0], picture(9, width: 100, height: 100)])
  func getOneErrorAndTheEnd(_ bytes: [UInt8]) async throws {
    _ = try await withServer(FakeService()) { server, address in
      let raw = try await RawConnection.open(address.port)
      raw.sendLater(bytes)
      let answer = await raw.readToEnd()
      var reader = FrameReader(answer)
      let errors = try reader.errors()
      #expect(errors.count == 1)
      #expect(errors.first?.id == .connection && errors.first?.error.scope == .connection)
      #expect([.protocol, .headerCRC].contains(errors.first?.error.code))
      await raw.close()
      #expect(try await eventually { server.connectionCount == 0 })
      try await withClient(host: address.host, port: address.port) { try await $0.expectAnswer(to: 1) }
    }
  }

  @Test func aFlippedBitNeverGivesAWrongMap() async throws {
    let service = FakeService()
    _ = try await withServer(service) { server, address in
      var right = 0
      var wrong = 0
      // Preface and HELLO are 100 bytes or so, OPEN, DATA and the answer some hundred more.
      for bit in stride(from: 3, to: 8 * 1000, by: 8 * 11 + 1) {
        for way in [FlippingProxy.Way.toServer, .toClient] {
          try await FlippingProxy.run(to: address.port, flipping: bit, way) { port in
            var configuration = Client.Configuration()
            configuration.handshakeTime = .milliseconds(300)
            do {
              let isRight = try await withClient(host: "127.0.0.1", port: port, configuration: configuration) {
                try await $0.segmentPicture(bit, within: .milliseconds(400))
              }
              if isRight { right += 1 } else { wrong += 1 }
            } catch is ClientError {
            } catch is SegmentationError {
            }
          }
        }
      }
      #expect(wrong == 0)
      // Where the bit lies behind the last byte, all is as it should be.
      #expect(right > 0 && right < 90)
    }
  }

  @Test func refusalsThatNobodyReadsEnd() async throws {
    let gate = Gate()
    let service = FakeService(classes: 40) { request in
      if request.width == 16 { await gate.pass() }
    }
    _ = try await withServer(service, { $0.queueRequests = 1 }) { server, address in
      let raw = try await RawConnection.open(address.port, reads: false)
      var frames = RawFrames()
      try await raw.send(frames.hello() + frames.largeRequest(1))
      #expect(try await eventually { service.calls == 1 })
      var id: UInt64 = 2
      // Refused as long as the first is computed.
      #expect(
        try await eventually {
          try await raw.send(frames.request(id, picture(2)))
          id += 1
          return gate.arrived == 1
        })
      var opens: [UInt8] = []
      for id in id..<id + 300 { opens += frames.request(id, picture(1), withData: false) }
      raw.sendLater(opens)
      #expect(try await eventually { server.connectionCount == 0 })
      gate.open()
      await raw.close()
    }
  }
}
