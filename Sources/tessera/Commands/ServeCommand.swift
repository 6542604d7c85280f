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

      While the model computes one image, the next is decoded and the last result coded. Images that take too much \
      memory whole are computed in tiles that overlap, as by predict.

      Options also come from the environment (TESSERA_LISTEN for --listen) and from --config FILE. Flags win over the \
      environment, that over the file, that over defaults. --model and --config are flags only.

      Example:
        tessera serve --model run --listen 127.0.0.1:7450
        tessera request --server 127.0.0.1:7450 photo.png --out maps
      """)

  @Option(help: ArgumentHelp("Run folder, or weights file.", valueName: "model")) var model: String
  @Option(help: "Where to listen, HOST:PORT; port 0 takes a free one. (default: 127.0.0.1:7450)")
  var listen: String?
  @Option(help: "What requests call the model: a–z, 0–9, _ and -. (default: default)") var name: String?
  @Option(help: "Threads for all numeric work, 1 to 256. (default: one per processor that may be used)")
  var threads: String?
  @Option(help: "How maps between layers are stored: f32 or bf16. (default: f32)") var precision: String?
  @Option(help: "Requests that may wait for the model; others are refused at once. (default: 64)")
  var queueRequests: String?
  @Option(help: "Connections at a time. (default: 256)") var maxConnections: String?
  @Option(help: "Waiting requests of equal size that the model gets in one call, 1 to 64. (default: 1)")
  var maxBatch: String?
  @Option(help: "Longest time that a request waits for others to join its batch, 0 to 1000. (default: 0)")
  var batchDelayMs: String?
  @Option(help: "YAML file of these options, by their names.") var config: String?

  /// What the layers of options come to.
  private struct Resolved {
    var configuration = Server.Configuration()
    var name = "default"
    var precision = Precision.f32
    var threads = 1
  }

  func validate() throws {
    try OptionError.asWrongUsage { () throws(OptionError) in _ = try resolved() }
  }

  private func resolved() throws(OptionError) -> Resolved {
    let options = try OptionLayers(
      flags: [
        ("listen", listen), ("name", name), ("precision", precision), ("threads", threads),
        ("queue-requests", queueRequests),
        ("max-connections", maxConnections), ("max-batch", maxBatch), ("batch-delay-ms", batchDelayMs),
      ], file: config)
    var resolved = Resolved()
    if let listen = options["listen"] {
      guard let address = HostAndPort(argument: listen) else {
        throw options.error("listen", remedy: "give HOST:PORT such as 127.0.0.1:7450")
      }
      (resolved.configuration.host, resolved.configuration.port) = (address.host, address.port)
    }
    if let limit = try options.integer("queue-requests", in: 1...65_536) {
      resolved.configuration.queueRequests = limit
    }
    if let limit = try options.integer("max-connections", in: 1...65_536) {
      resolved.configuration.maxConnections = limit
    }
    if let limit = try options.integer("max-batch", in: 1...64) { resolved.configuration.maxBatch = limit }
    if let delay = try options.integer("batch-delay-ms", in: 0...1000) {
      resolved.configuration.batchDelay = .milliseconds(delay)
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
    let engine = try Engine(
      try StoredModel(path: model), name: options.name, precision: options.precision, threads: options.threads)
    try await engine.warm()
    configuration.limits.maxPixels = min(configuration.limits.maxPixels, engine.model.maximumPixels)
    let logger = Logger(label: "tessera", factory: { StreamLogHandler.standardError(label: $0) })
    let server = Server(configuration, service: engine, logger: logger)
    try await run(server, logger)
  }

  private func run(_ server: Server, _ logger: Logger) async throws {
    let group = ServiceGroup(
      services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
          // Where the server does not come to listen, the group's own error tells why.
          guard let address = try? await server.address() else { return }
          var terminal = Terminal()
          terminal.line("listening on \(address)")
        }
        try await tasks.waitForAll()
      }
    } catch ServerError.drainForced(let unanswered) {
      var terminal = Terminal()
      terminal.line("Error: \(ServerError.drainForced(unanswered: unanswered))")
      throw ExitCode(3)
    }
  }
}
