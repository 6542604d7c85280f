import TesseraClient
import TesseraLabels
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: [(16, 12), (1, 1), (1, 7), (7, 1), (33, 17)])
  func labelsOfEveryShape(width: Int, height: Int) async throws {
    let pixels = picture(1, width: width, height: height)
    let outcome = try await withServer(FakeService()) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        let result = try await client.segment(.rgb8(pixels), width: width, height: height)
        #expect(result.labels?.indices(void: .max) == FakeService.labels(pixels, classes: 5))
        #expect(result.labels?.width == width && result.labels?.height == height)
        #expect(result.outputs == .labels)
        #expect(result.receipt.pixelsDigest == ContentDigest(of: pixels))
        #expect(result.receipt.model == "fake" && result.receipt.generation == 3)
        #expect(result.receipt.weightsDigest == ContentDigest(of: [1, 2, 3]))
      }
    }
    #expect(outcome == .clean)
  }

  @Test func labelsOfTwoBytes() async throws {
    let pixels = picture(2)
    _ = try await withServer(FakeService(classes: 300)) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        let result = try await client.segment(.rgb8(pixels), width: 16, height: 12)
        let labels = FakeService.labels(pixels, classes: 300)
        #expect(labels.contains { $0 > 255 })
        #expect(result.labels?.indices(void: .max) == labels)
      }
    }
  }

  @Test func everyOutput() async throws {
    let pixels = picture(3)
    let labels = FakeService.labels(pixels, classes: 5)
    _ = try await withServer(FakeService()) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        let result = try await client.segment(
          .rgb8(pixels), width: 16, height: 12, outputs: [.labels, .confidence, .probabilitiesF32, .palettePNG])
        #expect(result.labels?.indices(void: .max) == labels)
        #expect(result.confidence == labels.map { UInt8(255 - $0) })
        #expect(result.palettePNG == FakeService.png(width: 16, height: 12))
        guard case .f32(let values) = result.probabilities else { throw NothingThrown() }
        #expect(values[Int(labels[9]) * 192 + 9] == 0.75)
        let half = try await client.segment(.rgb8(pixels), width: 16, height: 12, outputs: .probabilitiesF16)
        guard case .f16(let halves) = half.probabilities else { throw NothingThrown() }
        #expect(halves[Int(labels[9]) * 192 + 9] == 0.75)
        #expect(half.labels == nil)
      }
    }
  }

  @Test func aResultOfManyFrames() async throws {
    let (width, height) = (320, 240)
    let pixels = picture(4, width: width, height: height)
    _ = try await withServer(FakeService(classes: 7)) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        let result = try await client.segment(
          .rgb8(pixels), width: width, height: height, outputs: [.labels, .probabilitiesF32])
        #expect(result.labels?.indices(void: .max) == FakeService.labels(pixels, classes: 7))
        guard case .f32(let values) = result.probabilities else { throw NothingThrown() }
        #expect(values.count == width * height * 7)
      }
    }
  }

  @Test func aRemoteModelFindsItsName() async throws {
    let service = FakeService()
    _ = try await withServer(service) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        // Two questions one behind the other, which the client spaces as the server wants them.
        let remote = try await RemoteModel(of: client)
        #expect(remote.model.name == "fake" && remote.model.classes == service.model.classes)
        let pixels = picture(1)
        let result = try await remote.segment(
          SegmentationRequest(image: .rgb8(pixels), width: 16, height: 12, outputs: .labels))
        #expect(result.labels?.indices(void: .max) == FakeService.labels(pixels, classes: 5))
      }
      try await withClient(host: address.host, port: address.port) { client in
        let error = try await failure { () async throws(SegmentationError) in
          try await RemoteModel("other", of: client)
        }
        #expect(error.code == .unknownModel)
      }
    }
  }

  @Test func status() async throws {
    _ = try await withServer(FakeService()) { _, address in
      try await withClient(host: address.host, port: address.port) { client in
        #expect(client.serverAgent == "tessera")
        try await client.expectAnswer(to: 1)
        let named = try await client.status(naming: "fake")
        #expect(named.state == .ready && named.queued == 0 && named.queueLimit == 64)
        #expect(named.models.first?.classes.map(\.name) == (0..<5).map { "class \($0)" })
        #expect(named.sinceSuccess < .seconds(5))
        let unknown = try await client.status(naming: "other")
        #expect(unknown.models.isEmpty)
      }
    }
  }
}
