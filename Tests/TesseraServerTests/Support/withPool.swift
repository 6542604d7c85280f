import TesseraClient
import TesseraLabels
import TesseraProtocol
import Testing

extension ClientPool {
  /// Segments one of the numbered pictures, and says whether the answer is its own.
  func segmentPicture(
    _ number: Int, by deadline: ContinuousClock.Instant? = nil, weights: ContentDigest? = nil
  ) async throws(RequestError) -> Bool {
    let pixels = picture(number)
    let result = try await segment(
      SegmentationRequest(image: .rgb8(pixels), width: 16, height: 12, deadline: deadline), expectedWeights: weights)
    return result.labels?.indices(void: .max) == FakeService.labels(pixels, classes: result.classCount)
  }

  /// Expects a numbered picture's own answer.
  func expectAnswer(to number: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let isRight = try await segmentPicture(number)
    #expect(isRight, sourceLocation: sourceLocation)
  }
}

/// Lends a pool with short delays.
func withPool(
  _ ports: [Int], _ configure: (inout ClientPool.Configuration) -> Void = { _ in },
  _ body: (ClientPool) async throws -> Void
) async throws {
  var configuration = ClientPool.Configuration()
  configuration.retries.firstDelay = .milliseconds(5)
  configuration.jitterSeed = 1
  configure(&configuration)
  try await withClientPool(
    to: ports.map { ServerAddress(host: "127.0.0.1", port: $0) }, configuration: configuration, body)
}

/// The error that a request ends with.
func requestFailure(_ operation: () async throws(RequestError) -> some Any) async throws -> RequestError {
  do throws(RequestError) {
    _ = try await operation()
  } catch {
    return error
  }
  throw NothingThrown()
}

/// A port where nobody listens.
func deadPort() async throws -> Int {
  var dead = 0
  try await ScriptedServer.run { _, port in dead = port }
  return dead
}

/// Segments numbered pictures all at once, and expects each its own answer.
func expectAnswers(_ numbers: Range<Int>, of pool: ClientPool) async throws {
  try await withThrowingTaskGroup(of: Bool.self) { group in
    for number in numbers { group.addTask { try await pool.segmentPicture(number) } }
    for try await isRight in group { #expect(isRight) }
  }
}
