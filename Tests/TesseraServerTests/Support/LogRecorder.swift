import Logging
import Synchronization

/// Keeps what is logged.
final class LogRecorder: Sendable {
  struct Event: Sendable {
    let level: Logger.Level
    let message: String
    let metadata: [String: String]
  }

  private let kept = Mutex<[Event]>([])

  var events: [Event] { kept.withLock { $0 } }

  func logger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "tessera.tests", factory: { _ in Handler(recorder: self) })
    logger.logLevel = level
    return logger
  }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let merged = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
      recorder.kept.withLock {
        $0.append(Event(level: event.level, message: "\(event.message)", metadata: merged))
      }
    }
  }
}
