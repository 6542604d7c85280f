import TesseraClient
import TesseraProtocol
import Testing

@Suite struct ReceiptTests {
  /// A lie of a server's, and what the client makes of it.
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ErrorCode
    let scope: ErrorScope
    let tell: @Sendable (inout ResultMessage) -> Void

    init(
      _ name: String, _ code: ErrorCode, _ scope: ErrorScope = .request,
      _ tell: @escaping @Sendable (inout ResultMessage) -> Void
    ) {
      testDescription = name
      self.code = code
      self.scope = scope
      self.tell = tell
    }
  }

  static let lies = [
    Lie("another model", .protocol) { $0.receipt = $0.receipt.changed(model: "other") },
    Lie("another generation", .protocol) { $0.receipt = $0.receipt.changed(generation: 4) },
    Lie("a batch of none", .protocol) { $0.receipt = $0.receipt.changed(batchSize: 0) },
    Lie("other pixels", .digest) { $0.receipt = $0.receipt.changed(pixelsDigest: .zero) },
    Lie("another input", .digest) { $0.inputDigest = .zero },
    Lie("another output", .digest) { $0.outputDigest = .zero },
    Lie("other weights", .unknownModel) { $0.receipt = $0.receipt.changed(weightsDigest: .zero) },
    Lie("another size", .protocol, .connection) { $0.width += 1 },
    Lie("too few bytes", .protocol, .connection) { $0.total -= 1 },
  ]

  /// Asks for everything that can be asked for.
  private func segment(_ client: Client) async throws(SegmentationError) -> SegmentationResult {
    try await client.segment(
      SegmentationRequest(image: .rgb8(picture(1)), width: 16, height: 12, model: "fake", generation: 3),
      expectedWeights: FakeService.digest(3))
  }

  @Test(arguments: lies)
  func aLieIsAnError(_ lie: Lie) async throws {
    try await ScriptedServer.run({ number, _ in number == 0 ? .alter(lie.tell) : .answer() }) { _, port in
      try await withClient(host: "127.0.0.1", port: port) { client in
        let error = try await failure { () throws(SegmentationError) in try await segment(client) }
        #expect(error.code == lie.code && error.scope == lie.scope, "\(error)")
        #expect(error.retry == (lie.code == .digest ? .atOnce : .never))
        // The connection goes on where the fault is of one request.
        guard lie.scope == .request else { return }
        #expect(try await segment(client).receipt.weightsDigest == FakeService.digest(3))
      }
    }
  }

  @Test func whatWasNotAskedForMayDiffer() async throws {
    try await ScriptedServer.run({ _, _ in
      .alter { $0.receipt = $0.receipt.changed(model: "other", generation: 9, weightsDigest: .zero) }
    }) { _, port in
      try await withClient(host: "127.0.0.1", port: port) { client in
        let result = try await client.segment(.rgb8(picture(1)), width: 16, height: 12)
        #expect(result.receipt.model == "other" && result.receipt.generation == 9)
      }
    }
  }
}

extension Receipt {
  fileprivate func changed(
    model: String? = nil, generation: UInt32? = nil, weightsDigest: ContentDigest? = nil,
    pixelsDigest: ContentDigest? = nil, batchSize: Int? = nil
  ) -> Self {
    Self(
      model: model ?? self.model, generation: generation ?? self.generation,
      weightsDigest: weightsDigest ?? self.weightsDigest, pixelsDigest: pixelsDigest ?? self.pixelsDigest,
      batchSize: batchSize ?? self.batchSize, decodeTime: decodeTime, queueTime: queueTime, computeTime: computeTime)
  }
}
