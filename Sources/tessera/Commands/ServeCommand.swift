import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import TesseraInference
import TesseraProtocol
import TesseraServer
import TesseraTensor
import UnixSignals

/// Serves a model.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a model's predictions over TSP/1.",
    discussion: """
      Listens on loopback addresses only. Prints "listening on HOST:PORT" to standard error once it takes requests.
      SIGTERM and SIGINT drain it: what it has accepted is answered first, within 25 s. Exit status 0 after a clean
      drain, 3 where requests had to be given up.

      --admin opens a second port for HTTP, on loopback too: /livez, /readyz (503 and the reason where the model has not
      answered a small inference for 10 s) and /metrics (Prometheus). --listen systemd takes the socket that the
      service manager opened, systemd:NAME the one of that name; with Type=notify it is told READY, STOPPING, STATUS
      and, where WatchdogSec is set, signs of life while the model answers. With --log-format json every line on
      standard error is a JSON object, and the last before requests are taken says "ready".

      Options also come from the environment (TESSERA_LISTEN for --listen) and from --config FILE. Flags win over the \
      environment, that over the file, that over defaults. --model and --config are flags only.

      Example:
        tessera serve --model run --listen 127.0.0.1:7450
        tessera request --server 127.0.0.1:7450 photo.png --out maps
      """)

  @Option(help: ArgumentHelp("Run folder, or weights file.", valueName: "model")) var model: String
  @Option(help: "Where to listen: HOST:PORT, port 0 takes a free one; or systemd. (default: 127.0.0.1:7450)")
  var listen: String?
  @Option(help: "Where to serve probes and metrics over HTTP, HOST:PORT. (default: nowhere)") var admin: String?
  @Option(help: "What requests call the model: a–z, 0–9, _ and -. (default: default)") var name: String?
  @Option(help: "Threads for all numeric work, 1 to 256. (default: one per processor that may be used)")
  var threads: String?
  @Option(help: "How maps between layers are stored: f32 or bf16. (default: f32)") var precision: String?
  @Option(help: "Requests that may wait for the model; others are refused at once. (default: 64)")
  var queueRequests: String?
  @Option(help: "Connections at a time. (default: 256)") var maxConnections: String?
  @Option(help: "Form of the log on standard error: text or json. (default: text)") var logFormat: String?
  @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error. (default: info)")
  var logLevel: String?
  @Option(help: "YAML file of these options, by their names.") var config: String?

  /// What the layers of options come to.
  private struct Resolved {
    var configuration = Server.Configuration()
    var name = "default"
    var precision = Precision.f32
    var threads = 1
    var logs = LogOptions()
    var place: ServicePlace?
  }

  func validate() throws {
    try OptionError.asWrongUsage { () throws(OptionError) in _ = try resolved() }
  }

  private func resolved() throws(OptionError) -> Resolved {
    let options = try OptionLayers(
      flags: [
        ("listen", listen), ("admin", admin), ("log-format", logFormat), ("log-level", logLevel), ("name", name),
        ("precision", precision), ("threads", threads),
        ("queue-requests", queueRequests),
        ("max-connections", maxConnections),
      ], file: config)
    var resolved = Resolved()
    resolved.place = try ServicePlace(options)
    resolved.place?.apply(to: &resolved.configuration)
    resolved.logs = try LogOptions(options)
    if let limit = try options.integer("queue-requests", in: 1...65_536) {
      resolved.configuration.queueRequests = limit
    }
    if let limit = try options.integer("max-connections", in: 1...65_536) {
      resolved.configuration.maxConnections = limit
    }
    if let name = options["name"] { resolved.name = name }
    guard ModelDescription.isName(resolved.name) else {
      throw options.error("name", remedy: "give 1–64 of a–z, 0–9, _ and -")
    }
    if let name = options["precision"] {
      guard let precision = InferenceOptions.precision(name) else {
        throw options.error("precision", remedy: InferenceOptions.remedy)
      }
      resolved.precision = precision
    }
    resolved.threads = try options.threadCount()
    return resolved
  }

  func run() async throws {
    let options = try resolved()
    var configuration = options.configuration
    // Before the model is loaded, which takes time: what was passed may be wrong.
    try options.place?.takePassed(into: &configuration)
    let engine = try Engine(
      try StoredModel(path: model), name: options.name, precision: options.precision, threads: options.threads)
    try await engine.warm()
    configuration.limits.maxPixels = min(configuration.limits.maxPixels, engine.model.maximumPixels)
    let server = Server(configuration, service: engine, logger: options.logs.logger)
    try await run(server, options.logs)
  }

  private func run(_ server: Server, _ logs: LogOptions) async throws {
    let group = ServiceGroup(
      services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logs.logger)
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
          // Where the server does not come to listen, the group's own error tells why.
          guard let address = try? await server.address(), (try? await server.waitUntilReady()) == true,
            logs.format == .text
          else { return }
          var terminal = Terminal()
          terminal.line("listening on \(address)")
        }
        try await tasks.waitForAll()
      }
    } catch ServerError.drainForced(let unanswered) {
      let error = ServerError.drainForced(unanswered: unanswered)
      switch logs.format {
      case .text:
        var terminal = Terminal()
        terminal.line("Error: \(error)")
      case .json: logs.logger.error("\(error)")
      }
      throw ExitCode(3)
    }
  }
}
