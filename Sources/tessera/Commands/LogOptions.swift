import Logging
import TesseraServer

/// Where and how a server logs.
struct LogOptions {
  enum Format: String, CaseIterable {
    case text
    case json
  }

  var format = Format.text
  var level = Logger.Level.info

  init() {}

  init(_ options: OptionLayers) throws(OptionError) {
    if let text = options["log-format"] {
      guard let format = Format(rawValue: text) else {
        throw options.error("log-format", remedy: "give \(Format.allCases.map(\.rawValue).joined(separator: " or "))")
      }
      self.format = format
    }
    if let text = options["log-level"] {
      guard let level = Logger.Level(rawValue: text) else {
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw options.error("log-level", remedy: "give one of \(levels)")
      }
      self.level = level
    }
  }

  var logger: Logger {
    let (format, level) = (format, level)
    var logger = Logger(label: "tessera") { label in
      switch format {
      case .text: StreamLogHandler.standardError(label: label)
      case .json: JSONLogHandler(level: level)
      }
    }
    logger.logLevel = level
    return logger
  }
}
