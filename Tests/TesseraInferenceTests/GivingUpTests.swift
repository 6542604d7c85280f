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

  private static let side = 512
  private let pixels = randomImage(side, side)

  /// An engine, and how long it takes for an image.
  private func timedEngine() async throws -> (engine: Engine, whole: Duration) {
    let engine = try Engine(try randomModel(.unet(width: 8)), threads: 1)
    try await engine.warm()
    let whole = try await ContinuousClock().measure { _ = try await engine.segment(request()) }
    return (engine, whole)
  }

  private func request(deadline: ContinuousClock.Instant? = nil) -> SegmentationRequest {
    rgbRequest(pixels, Self.side, Self.side, .labels, deadline: deadline)
  }

  @Test func aCancelledImageStopsWellBeforeItsEnd() async throws {
    let (engine, whole) = try await timedEngine()
    let start = ContinuousClock.now
    let task = Task { () -> ErrorCode? in
      do throws(SegmentationError) {
        _ = try await engine.segment(request())
        return nil
      } catch {
        return error.code
      }
    }
    try await Task.sleep(for: whole / 5)
    task.cancel()
    #expect(await task.value == .cancelled)
    #expect(start.duration(to: .now) < whole / 10 * 8, "\(start.duration(to: .now)) of \(whole)")
    // The engine is free.
    _ = try await engine.segment(rgbRequest(randomImage(8, 8), 8, 8))
  }

  @Test func aDeadlineWithinAnImageEndsIt() async throws {
    let (engine, whole) = try await timedEngine()
    let start = ContinuousClock.now
    let error = await #expect(throws: SegmentationError.self) {
      _ = try await engine.segment(request(deadline: .now + whole / 4))
    }
    #expect(error?.code == .deadline)
    #expect(start.duration(to: .now) < whole / 10 * 8, "\(start.duration(to: .now)) of \(whole)")
  }
}
