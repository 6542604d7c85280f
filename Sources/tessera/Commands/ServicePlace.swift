import Foundation
import TesseraServer

/// Where a server listens, and who started it.
struct ServicePlace {
  enum Listening {
    case address(HostAndPort)
    /// The socket that the service manager passes, by its name where there are several.
    case passed(name: String?)
  }

  private let listening: Listening?
  private let admin: HostAndPort?

  init(_ options: OptionLayers) throws(OptionError) {
    listening = try options["listen"].map { text throws(OptionError) in try Self.listening(text, options) }
    admin = try options["admin"].map { text throws(OptionError) in
      guard let address = HostAndPort(argument: text) else {
        throw options.error("admin", remedy: "give HOST:PORT such as 127.0.0.1:7451")
      }
      return address
    }
  }

  private static func listening(_ text: String, _ options: OptionLayers) throws(OptionError) -> Listening {
    if text == "systemd" { return .passed(name: nil) }
    if text.hasPrefix("systemd:"), text.count > 8 { return .passed(name: String(text.dropFirst(8))) }
    guard let address = HostAndPort(argument: text) else {
      throw options.error("listen", remedy: "give HOST:PORT such as 127.0.0.1:7450, or systemd")
    }
    return .address(address)
  }

  func apply(to configuration: inout Server.Configuration) {
    if let admin { configuration.admin = ListenAddress(host: admin.host, port: admin.port) }
    if case .address(let address) = listening {
      (configuration.host, configuration.port) = (address.host, address.port)
    }
  }

  /// Takes what the service manager passed on.
  ///
  /// - Returns: the socket to listen on; nil where none was asked for.
  /// - Throws: `ServerError` where there is not what was asked for.
  func takePassed(into configuration: inout Server.Configuration) throws -> Int32? {
    let (environment, process) = (ProcessInfo.processInfo.environment, getpid())
    configuration.notifier = try ServiceNotifier(environment: environment, process: process)
    guard case .passed(let name) = listening else { return nil }
    return try PassedSockets(environment: environment, process: process).listener(named: name)
  }
}
