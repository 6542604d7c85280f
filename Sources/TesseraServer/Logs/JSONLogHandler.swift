package import Glibc
public import Logging

/// Writes each log event as one line of JSON: `time`, `level`, `message`, and metadata by their keys.
///
/// Nested metadata are flattened, `outer.inner` and `list.0`; a key that the line has already gets `metadata.` before
/// it. Everything but printable ASCII is escaped and long text is cut, so that no text from outside can break a line or
/// reach a terminal.
public struct JSONLogHandler: LogHandler {
  /// Metadata of every event.
  public var metadata: Logger.Metadata = [:]
  /// Where metadata of the current task come from.
  public var metadataProvider: Logger.MetadataProvider?
  /// The least level that is written.
  public var logLevel: Logger.Level
  private let now: @Sendable () -> timespec
  private let write: @Sendable (String) -> Void

  /// Writes what is logged from a level on.
  ///
  /// - Parameter write: takes whole lines, with their ends; it should not wait.
  public init(level: Logger.Level = .info, write: @escaping @Sendable (String) -> Void) {
    self.init(level: level, now: Self.systemTime, write: write)
  }

  /// - Parameters:
  ///   - now: the time since 1970, UTC.
  ///   - write: takes whole lines, with their ends.
  package init(
    level: Logger.Level, now: @escaping @Sendable () -> timespec, write: @escaping @Sendable (String) -> Void
  ) {
    logLevel = level
    self.now = now
    self.write = write
  }

  /// Metadata of every event, by key.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// One line, with its end, of an event that happens now and has no metadata.
  public static func line(_ level: Logger.Level, _ message: String) -> String {
    line(fields(level, message, systemTime()))
  }

  /// Writes one event.
  public func log(event: LogEvent) {
    var fields = Self.fields(event.level, event.message.description, now())
    if let error = event.error { fields.append(("error", "\(error)")) }
    let merged = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    let taken = Set(fields.map(\.0))
    for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
      Self.flatten(taken.contains(key) ? "metadata.\(key)" : key, value, depth: 0, into: &fields)
    }
    write(Self.line(fields))
  }

  private static func fields(_ level: Logger.Level, _ message: String, _ time: timespec) -> [(String, String)] {
    [("time", RFC3339.text(time)), ("level", level.rawValue), ("message", message)]
  }

  private static func line(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(JSONText.quoted($0)):\(JSONText.quoted($1))" }.joined(separator: ",") + "}\n"
  }

  private static let deepest = 8

  private static func flatten(
    _ key: String, _ value: Logger.Metadata.Value, depth: Int, into fields: inout [(String, String)]
  ) {
    switch value {
    case .string(let text): fields.append((key, text))
    case .stringConvertible(let value): fields.append((key, value.description))
    case .dictionary(let inner) where depth < deepest:
      for (name, value) in inner.sorted(by: { $0.key < $1.key }) {
        flatten("\(key).\(name)", value, depth: depth + 1, into: &fields)
      }
    case .array(let values) where depth < deepest:
      for (index, value) in values.enumerated() { flatten("\(key).\(index)", value, depth: depth + 1, into: &fields) }
    case .dictionary, .array: fields.append((key, "…"))
    }
  }

  private static func systemTime() -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time
  }
}
