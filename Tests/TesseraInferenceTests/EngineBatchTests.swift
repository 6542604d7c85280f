import TesseraImaging
import TesseraModels
import TesseraProtocol
import TesseraTensor
import Testing

@testable import TesseraInference

@Suite(.serialized)
struct EngineBatchTests {
  private static let precisions: [Precision] = ComputeThreads.computes(.bf16) ? [.f32, .bf16] : [.f32]

  @Test(arguments: [Architecture.unet(width: 4), .lraspp], precisions)
  func everyResultIsTheOneThatItsImageHasAlone(_ architecture: Architecture, _ precision: Precision) async throws {
    let engine = try Engine(try randomModel(architecture), precision: precision, threads: 2)
    for (height, width, counts) in [(33, 47, 1...8), (1, 5, 7...7)] {
      let images = (0..<8).map { randomImage(height, width, stream: "image \($0)") }
      var alone: [SegmentationResult] = []
      for image in images { alone.append(try await engine.segment(rgbRequest(image, height, width))) }
      #expect(Set(alone.map(\.receipt.pixelsDigest)).count == 8)
      for count in counts {
        let results = await engine.segment(batch: images[..<count].map { rgbRequest($0, height, width) })
        #expect(results.count == count)
        for (result, alone) in zip(results, alone) {
          let result = try result.get()
          #expect(result.labels == alone.labels && result.probabilities == alone.probabilities)
          #expect(result.receipt.pixelsDigest == alone.receipt.pixelsDigest)
          #expect(result.receipt.batchSize == count)
        }
      }
    }
  }

  @Test func whatIsWrongWithOneIsNotWithTheOthers() async throws {
    let engine = try Engine(try randomModel(.unet(width: 4)), threads: 1)
    let pixels = randomImage(16, 24)
    let stopped = StopFlag()
    stopped.stop()
    let good = rgbRequest(pixels, 16, 24)
    let results = await engine.segment(batch: [
      good, SegmentationRequest(image: .png([1, 2, 3]), width: 24, height: 16), good.heeding(stopped),
      rgbRequest(pixels, 16, 24, deadline: .now - .seconds(1)), rgbRequest(pixels, 16, 24, .labels),
    ])
    let codes = results.map { result -> ErrorCode? in
      if case .failure(let error) = result { return error.code }
      return nil
    }
    #expect(codes == [nil, .badImage, .cancelled, .deadline, nil])
    // Two were computed.
    let (first, last) = (try results[0].get(), try results[4].get())
    #expect(first.receipt.batchSize == 2 && last.receipt.batchSize == 2)
    #expect(first.labels == last.labels)
    let none = await engine.segment(batch: [])
    #expect(none.isEmpty)
  }

  @Test func aCancelledBatchEnds() async throws {
    let engine = try Engine(try randomModel(.unet(width: 4)), threads: 1)
    let request = rgbRequest(randomImage(64, 64), 64, 64)
    let batch = Task { await engine.segment(batch: [request, request]) }
    batch.cancel()
    for result in await batch.value {
      if case .failure(let error) = result { #expect(error.code == .cancelled) }
    }
    _ = try await engine.segment(request)
  }
}
