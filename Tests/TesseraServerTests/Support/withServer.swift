import Logging
import TesseraClient
import TesseraLabels
import TesseraProtocol
import TesseraServer
import Testing

/// Runs a server of one model on a free port with short times while `body` runs, and drains it.
func withServer(
  _ service: some SegmentationService, _ configure: (inout Server.Configuration) -> Void = { _ in },
  socket: Int32? = nil, logger: Logger = quiet, _ body: (Server, ListenAddress) async throws -> Void
) async throws -> ShutdownOutcome {
  try await serve({ Server($0, service: service, socket: socket, logger: logger) }, configure, body)
}

/// Runs a server of models that it loads itself, in the same way.
func withServer(
  of sources: [any ModelSource], _ configure: (inout Server.Configuration) -> Void = { _ in },
  _ body: (Server, ListenAddress) async throws -> Void
) async throws -> ShutdownOutcome {
  try await serve({ Server($0, sources: sources, logger: quiet) }, configure, body)
}

private func serve(
  _ make: (Server.Configuration) -> Server, _ configure: (inout Server.Configuration) -> Void,
  _ body: (Server, ListenAddress) async throws -> Void
) async throws -> ShutdownOutcome {
  var configuration = Server.Configuration()
  configuration.port = 0
  configuration.drain.lateRequests = .milliseconds(20)
  configuration.drain.answers = .seconds(2)
  configuration.drain.farewell = .milliseconds(200)
  configuration.drain.hardEnd = .seconds(3)
  // Tests count calls, and many have a service that hangs on purpose.
  configuration.canary = nil
  configure(&configuration)
  let server = make(configuration)
  return try await withThrowingTaskGroup(of: ShutdownOutcome.self) { group in
    group.addTask { try await server.serve() }
    do {
      try await body(server, try await server.address())
    } catch {
      group.cancelAll()
      throw error
    }
    server.beginDrain()
    let outcome = try await group.next()
    #expect(server.connectionCount == 0)
    return try #require(outcome)
  }
}

/// A logger that says nothing.
var quiet: Logger { Logger(label: "tessera.tests", factory: { _ in SwiftLogNoOpLogHandler() }) }

extension Client {
  /// Segments one of the numbered pictures, and says whether the answer is its own.
  func segmentPicture(_ number: Int, within time: Duration? = nil) async throws(SegmentationError) -> Bool {
    let pixels = picture(number)
    let result = try await segment(.rgb8(pixels), width: 16, height: 12, within: time)
    return result.labels?.indices(void: .max) == FakeService.labels(pixels, classes: result.classCount)
  }
}

extension Client {
  /// Expects a numbered picture's own answer.
  func expectAnswer(to number: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let isRight = try await segmentPicture(number)
    #expect(isRight, sourceLocation: sourceLocation)
  }
}

/// The error that an operation throws.
func failure(_ operation: () async throws(SegmentationError) -> some Any) async throws -> SegmentationError {
  do throws(SegmentationError) {
    _ = try await operation()
  } catch {
    return error
  }
  throw NothingThrown()
}

struct NothingThrown: Error {}
