import ArgumentParser
import Logging
import TesseraServer

/// Where and how a server logs.
struct LogOptions {
  enum Format: String, CaseIterable {
    case text
    case json
  }

  /// Writes in the form that was asked for.
  let logger: Logger
  private let format: Format
  private let writer: LogWriter

  init(format: Format = .text, level: Logger.Level = .info) {
    self.format = format
    let writer: LogWriter
    switch format {
    case .text: writer = LogWriter { "warning: \($0) lines of the log were dropped\n" }
    case .json: writer = LogWriter { JSONLogHandler.line(.warning, "\($0) lines of the log were dropped") }
    }
    var logger = Logger(label: "tessera") { label in
      switch format {
      case .text: StreamLogHandler(label: label, stream: LogStream(writer))
      case .json: JSONLogHandler(level: level) { writer.write($0) }
      }
    }
    logger.logLevel = level
    (self.logger, self.writer) = (logger, writer)
  }

  init(_ options: OptionLayers) throws(OptionError) {
    var (format, level) = (Format.text, Logger.Level.info)
    if let text = options["log-format"] {
      guard let chosen = Format(rawValue: text) else {
        throw options.error("log-format", remedy: "give \(Format.allCases.map(\.rawValue).joined(separator: " or "))")
      }
      format = chosen
    }
    if let text = options["log-level"] {
      guard let chosen = Logger.Level(rawValue: text) else {
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw options.error("log-level", remedy: "give one of \(levels)")
      }
      level = chosen
    }
    self.init(format: format, level: level)
  }

  /// Tells where requests are taken, to people: the log says so as well.
  func tell(_ address: ListenAddress) {
    if format == .text { writer.write("listening on \(address)\n") }
  }

  /// Tells why the server ends, in the form of the log.
  func tell(_ error: any Error) {
    let message = ServeCommand.message(for: error)
    switch format {
    case .text: writer.write("Error: \(message)\n")
    case .json: logger.error("\(message)")
    }
  }

  /// Waits until everything is out, but not long.
  func flush() { writer.flush() }
}
