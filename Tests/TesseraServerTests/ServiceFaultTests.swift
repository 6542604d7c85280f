import TesseraClient
import TesseraLabels
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct ServiceFaultTests {
  @Test(arguments: [ErrorCode.badImage, .modelFault, .nonfiniteOutput, .calm, ErrorCode(rawValue: 7000)])
  func endsOneRequestWithItsCode(_ code: ErrorCode) async throws {
    let service = FakeService { request throws(SegmentationError) in
      if request.image.bytes == picture(13) { throw SegmentationError(code, "thirteen") }
    }
    let outcome = try await withServer(service) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        async let other = client.segmentPicture(1)
        let error = try await failure { () throws(SegmentationError) in try await client.segmentPicture(13) }
        #expect(error.code == code && error.scope == .request && error.message == "thirteen")
        #expect(error.retry == code.retry)
        #expect(try await other)
        try await client.expectAnswer(to: 2)
      }
    }
    #expect(outcome == .clean)
  }

  @Test func aPictureThatIsNone() async throws {
    _ = try await withServer(FakeService()) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        let error = try await failure { () throws(SegmentationError) in
          try await client.segment(.png([1, 2, 3]), width: 4, height: 4)
        }
        #expect(error.code == .badImage)
        let shape = try await failure { () throws(SegmentationError) in
          try await client.segment(.rgb8([1, 2, 3]), width: 4, height: 4)
        }
        #expect(shape.code == .badShape)
        let model = try await failure { () throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1)), width: 16, height: 12, model: "other")
        }
        #expect(model.code == .unknownModel)
      }
    }
  }
}
