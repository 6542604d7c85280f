import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import TesseraInference
import TesseraProtocol
import TesseraServer
import TesseraTensor
import UnixSignals

/// Serves models.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve models' predictions over TSP/1.",
    discussion: """
      Listens at once on loopback addresses; on others only with TLS and either tokens or mutual TLS, or with
      --insecure. Until its models are loaded and each has answered a small image, clients are told to come back. Prints
      "listening on HOST:PORT" to standard error once it takes requests.
      SIGTERM and SIGINT drain it: what it has accepted is answered first, within 25 s. Exit status 0 after a clean
      drain, 3 where requests had to be given up.
      SIGHUP reads certificates and tokens anew, and weights that have changed: they are loaded, checked and tried
      aside, then take over at once as the next generation. No request fails of it. What cannot be used is told, and the
      old goes on.

      While the model computes one image, the next is decoded and the last result coded. Images that take too much \
      memory whole are computed in tiles that overlap, as by predict.

      --admin opens a second port for HTTP, on loopback alone: /livez, /readyz (503 and the reason where a model fails,
      or for 10 s has neither answered, not even a small image, nor gone on with its work) and /metrics (Prometheus).
      Requests of that model are refused meanwhile, those of others answered. --listen systemd takes the socket that the
      service manager opened, systemd:NAME the one of that name; with Type=notify it is told READY, STOPPING, STATUS
      and, where WatchdogSec is set, signs of life while nothing hangs. With --log-format json every line on standard
      error from then on is a JSON object, why the server does not start included; "ready" says that requests are taken
      (levels notice and below).

      Options also come from the environment (TESSERA_LISTEN for --listen) and from --config FILE. Flags win over the \
      environment, that over the file, that over defaults. --model and --config are flags only.

      Example:
        tessera serve --model run --listen 127.0.0.1:7450
        tessera request --server 127.0.0.1:7450 photo.png --out maps
        tessera serve --model street=run --model night=other --default night
        tessera serve --model run --listen 0.0.0.0:7450 --config serve.yaml
      """)

  @Option(
    help: ArgumentHelp(
      "Run folder, or weights file; repeat NAME=MODEL to serve several by name. The first is the default.",
      valueName: "model"))
  var model: [String]
  @Option(help: "Which of the models answers requests that name none. (default: the first)") var `default`: String?
  @Option(help: "Where to listen: HOST:PORT, port 0 takes a free one; or systemd. (default: 127.0.0.1:7450)")
  var listen: String?
  @Option(help: "Where to serve probes and metrics over HTTP, HOST:PORT. (default: nowhere)") var admin: String?
  @Option(help: "What requests call a model given without a name: a–z, 0–9, _ and -. (default: default)") var name:
    String?
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
  @Option(help: "Form of the log on standard error: text or json. (default: text)") var logFormat: String?
  @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error. (default: info)")
  var logLevel: String?
  @OptionGroup(title: "Security") var security: ServerSecurityOptions
  @Option(help: "YAML file of these options, by their names.") var config: String?

  /// What the layers of options come to.
  private struct Resolved {
    var configuration = Server.Configuration()
    var models: [ModelPaths.Entry] = []
    var precision = Precision.f32
    var threads = 1
    var logs = LogOptions()
    var place: ServicePlace?
  }

  func validate() throws {
    try OptionError.asWrongUsage { () throws(OptionError) in _ = try resolved() }
  }

  private func resolved() throws(OptionError) -> Resolved {
    let others: [(option: String, value: String?)] = [
      ("listen", listen), ("admin", admin), ("name", name), ("default", `default`), ("precision", precision),
      ("threads", threads), ("queue-requests", queueRequests), ("max-connections", maxConnections),
      ("max-batch", maxBatch), ("batch-delay-ms", batchDelayMs), ("log-format", logFormat), ("log-level", logLevel),
    ]
    let options = try OptionLayers(flags: others + security.flags, file: config)
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
    if let limit = try options.integer("max-batch", in: 1...64) { resolved.configuration.maxBatch = limit }
    if let delay = try options.integer("batch-delay-ms", in: 0...1000) {
      resolved.configuration.batchDelay = .milliseconds(delay)
    }
    try ServerSecurityOptions.apply(options, to: &resolved.configuration)
    guard options["name"].map(ModelDescription.isName) ?? true else {
      throw options.error("name", remedy: "give 1–64 of a–z, 0–9, _ and -")
    }
    resolved.models = try ModelPaths(model, unnamed: options["name"], default: options["default"]).entries
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
    defer { options.logs.flush() }
    do {
      try await serve(options)
    } catch {
      options.logs.tell(error)
      if case ServerError.drainForced = error { throw ExitCode(3) }
      throw Self.exitCode(for: error)
    }
  }

  private func serve(_ options: Resolved) async throws {
    var configuration = options.configuration
    // Before models are looked at, which takes time: what was passed may be wrong.
    let socket = try options.place?.takePassed(into: &configuration)
    try configuration.check(socket: socket)
    let hangUps = await HangUps()
    try EngineMemory(models: Dictionary(uniqueKeysWithValues: options.models.map { ($0.name, $0.path) })).check()
    let loader = EngineLoader()
    let sources = options.models.map {
      ModelFile(
        name: $0.name, path: $0.path, precision: options.precision, threads: options.threads, loader: loader)
    }
    let server = Server(configuration, sources: sources, socket: socket, logger: options.logs.logger)
    let logs = options.logs
    // It ends with this scope.
    async let _ = hangUps.run(server)
    let group = ServiceGroup(
      services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logs.logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask {
        // Where the server does not come to serve, the group's own error tells why.
        if let address = try? await server.ready() { logs.tell(address) }
      }
      try await tasks.waitForAll()
    }
  }
}
