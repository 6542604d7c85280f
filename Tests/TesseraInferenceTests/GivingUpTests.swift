import TesseraModels
import TesseraProtocol
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraInference

/// Requests that are given up while the model computes them.
@Suite(.serialized)
struct GivingUpTests {
  @Test(arguments: [Architecture.unet(width: 4), .lraspp, .farabet])
  func noLayerIsComputedAfterTheFirstNo(_ architecture: Architecture) throws {
    let predictor = Predictor(try randomModel(architecture).model)
    let pixels = randomImage(37, 53)
    var asked = 0
    let whole = predictor.logits(pixels: pixels, height: 37, width: 53) {
      asked += 1
      return true
    }
    let layers = asked
    #expect(layers > 6)
    for last in [1, 2, layers / 2, layers] {
      asked = 0
      let logits = predictor.logits(pixels: pixels, height: 37, width: 53) {
        asked += 1
        return asked < last
      }
      #expect(logits == nil && asked == last)
    }
    // What was given up leaves nothing behind.
    #expect(predictor.logits(pixels: pixels, height: 37, width: 53).elements == whole?.elements)
  }

  @Test func aCancelledImageStopsWellBeforeItsEnd() async throws {
    let engine = try Engine(try randomModel(.unet(width: 8)), threads: 1)
    let pixels = randomImage(512, 512)
    try await engine.warm()
    let clock = ContinuousClock()
    let whole = try await clock.measure { _ = try await engine.segment(rgbRequest(pixels, 512, 512, .labels)) }
    let start = clock.now
    let task = Task { () -> ErrorCode? in
      do throws(SegmentationError) {
        _ = try await engine.segment(rgbRequest(pixels, 512, 512, .labels))
        return nil
      } catch {
        return error.code
      }
    }
    try await Task.sleep(for: whole / 5)
    task.cancel()
    #expect(await task.value == .cancelled)
    #expect(clock.now - start < whole / 10 * 8, "\(clock.now - start) of \(whole)")
    // The engine is free.
    _ = try await engine.segment(rgbRequest(randomImage(8, 8), 8, 8))
  }

  @Test func aDeadlineWithinAnImageEndsIt() async throws {
    let engine = try Engine(try randomModel(.unet(width: 8)), threads: 1)
    let pixels = randomImage(512, 512)
    try await engine.warm()
    let clock = ContinuousClock()
    let whole = try await clock.measure { _ = try await engine.segment(rgbRequest(pixels, 512, 512, .labels)) }
    let start = clock.now
    let error = await #expect(throws: SegmentationError.self) {
      _ = try await engine.segment(rgbRequest(pixels, 512, 512, .labels, deadline: .now + whole / 4))
    }
    #expect(error?.code == .deadline)
    #expect(clock.now - start < whole / 10 * 8, "\(clock.now - start) of \(whole)")
  }
}
