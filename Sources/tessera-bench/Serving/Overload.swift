import ArgumentParser
import TesseraTensor

/// A server that is asked for many times what it can do.
struct Overload: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a server for many times what it can do: are refusals quick, is goodput kept, is memory flat?",
    discussion: """
      First a closed loop finds the peak of `tessera serve`, then an open loop asks for --factor times as much. Each \
      is a line; the last also has goodput_ratio, answers a second as a share of the peak, and the server's memory.
      """)

  @Option(help: "How many times the peak is asked for, 1 to 100.") var factor = 20
  @Option(help: "Connections, 1 to 256: enough that requests wait at the server, not here.") var clients = 32
  @Option(help: "How requests follow each other.") var arrivals = ArrivalSchedule.Pattern.poisson
  @OptionGroup var serving: ServingOptions

  /// Requests at a time that find the peak.
  private static let peakLanes = 16

  func validate() throws {
    try ValidationError.require(factor, in: 1...100, "factor")
    try ValidationError.require(clients, in: 1...256, "clients")
  }

  func run() async throws {
    let images = try serving.images()
    try await ServingOptions.withFolder { folder in
      let model = try serving.modelPath(in: folder)
      try await ServerProcess.withServer(
        serving.command, serving.serveArguments(model: model), log: "\(folder)/server.log"
      ) { server in
        try await server.address.withTarget(connections: clients) { target in
          let peak = await measure(server, target, .closed(lanes: Self.peakLanes), images, peak: nil)
          var generator = Generator(seed: serving.seed, stream: "arrivals")
          let schedule = ArrivalSchedule(
            arrivals, rate: max(peak * Double(factor), 1), length: .seconds(serving.warmUp + serving.seconds),
            generator: &generator)
          _ = await measure(server, target, .open(schedule), images, peak: peak)
        }
      }
    }
  }

  /// Prints a line, and returns the answers a second.
  private func measure(
    _ server: ServerProcess, _ target: any LoadTarget, _ arrivals: Load.Arrivals, _ images: [LoadImage], peak: Double?
  ) async -> Double {
    let load = serving.load(arrivals, of: images)
    let before = ProcessUsage.ofThisProcess?.processorSeconds ?? .nan
    let serverBefore = ProcessUsage(of: server.process)?.processorSeconds ?? .nan
    let (samples, memory) = await ResidentMemory.observing(server.process) { await load.run(on: target) }
    let report = LoadReport(samples, of: load)
    var line = JSONLine()
    line.add("work", "overload")
    line.add("contender", "tessera serve")
    line.add(serving, images)
    line.add("clients", clients)
    line.add("loop", peak == nil ? "closed" : "open")
    if let peak {
      line.add("factor", factor)
      line.add("rate", peak * Double(factor))
      line.add("arrivals", self.arrivals.rawValue)
    } else {
      line.add("in_flight", Self.peakLanes)
    }
    line.add(report)
    if let peak { line.add("goodput_ratio", report.imagesPerSecond / peak) }
    line.add("generator_cpu_s", (ProcessUsage.ofThisProcess?.processorSeconds ?? .nan) - before)
    line.add("server_cpu_s", (ProcessUsage(of: server.process)?.processorSeconds ?? .nan) - serverBefore)
    line.add(memory)
    print(line)
    return report.imagesPerSecond
  }
}
