import ArgumentParser
import TesseraInference

/// A server under load, beside its engine alone.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time a server under load, and its engine alone on the same work by turns.",
    discussion: """
      Images are PNG, answers palette PNG. `tessera serve` runs as a process of its own; the engine alone is asked in \
      this process, by as many at a time as the server asks it. One line for each round of each, and at the end one \
      with medians. With --address the server there is measured instead, over TSP/1 or, for http://HOST:PORT/PATH, as \
      one that answers a POST of a PNG with a palette PNG. Its maps are first held against those of the model in f32 \
      (field agreement, the share of equal pixels), with --address where --model names the model.

      Latencies begin when a request was to be sent, so waiting to be sent counts. Quantiles are those of all \
      requests. send_delay tells how late this program was; generator_cpu_ms its time on processors for each answer.
      """)

  @Option(help: "HOST:PORT or http://HOST:PORT/PATH of a server that runs already.") var address: String?
  @Option(help: "Rounds of each, 1 to 1000; the medians count.") var rounds = 3
  @OptionGroup var arrivals: ArrivalOptions
  @OptionGroup var serving: ServingOptions

  func validate() throws {
    try ValidationError.require(rounds, in: 1...1000, "rounds")
    if let rate = arrivals.rate {
      let count = rate * Double(serving.seconds + serving.warmUp)
      guard count <= Double(ArrivalSchedule.mostArrivals) else {
        throw ValidationError(
          "--rate \(rate): with these seconds \(Int(count)) requests; at most \(ArrivalSchedule.mostArrivals)")
      }
    }
    guard let address, ServerAddress(address) == nil else { return }
    throw ValidationError("--address \(address): give HOST:PORT or http://HOST:PORT/PATH")
  }

  /// What is measured by turns.
  private struct Contender {
    let name: String
    let target: any LoadTarget
    /// The server's process, where it is this program's own.
    var process: Int32?
    var rates: [Double] = []
  }

  func run() async throws {
    let images = try serving.images()
    if let address = address.flatMap({ ServerAddress($0) }) { return try await measure(address, images) }
    try await ServingOptions.withFolder { folder in
      let model = try serving.modelPath(in: folder)
      let engine = EngineTarget(
        engine: try Engine(StoredModel(path: model), precision: serving.format.precision, threads: serving.threads))
      try await ServerProcess.withServer(
        serving.command, serving.serveArguments(model: model), log: "\(folder)/server.log"
      ) { server in
        try await server.address.withTarget(connections: arrivals.clients) { target in
          try await printAgreement(of: target, named: "tessera serve", with: model, images)
          var contenders = [
            Contender(name: "engine", target: engine),
            Contender(name: "tessera serve", target: target, process: server.process),
          ]
          for round in 1...rounds {
            // Whoever comes second finds the machine as the first left it: turns change.
            for index in round % 2 == 1 ? [0, 1] : [1, 0] { await measure(&contenders[index], round, images) }
          }
          printSummary(contenders, images)
        }
      }
    }
  }

  /// Measures the server at an address.
  private func measure(_ address: ServerAddress, _ images: [LoadImage]) async throws {
    try await address.withTarget(connections: arrivals.clients) { target in
      if let model = serving.model {
        try await printAgreement(of: target, named: self.address ?? "", with: model, images)
      }
      var contender = Contender(name: self.address ?? "", target: target)
      for round in 1...rounds { await measure(&contender, round, images) }
      printSummary([contender], images)
    }
  }

  private func printAgreement(
    of target: any LoadTarget, named name: String, with model: String, _ images: [LoadImage]
  ) async throws {
    let engine = EngineTarget(engine: try Engine(StoredModel(path: model), threads: serving.threads))
    var agreement = MapAgreement()
    for image in images {
      try agreement.add(
        try await engine.segment(image, lane: 0).palettePNG, try await target.segment(image, lane: 0).palettePNG)
    }
    var line = line(name, images)
    line.add("agreement", agreement.share)
    print(line)
  }

  private func measure(_ contender: inout Contender, _ round: Int, _ images: [LoadImage]) async {
    var load = serving.load(
      arrivals.arrivals(round: round, seed: serving.seed, length: .seconds(serving.warmUp + serving.seconds)),
      of: images)
    // More at a time the server would not give the engine, either.
    if let alone = contender.target as? EngineTarget { load = load.limited(to: alone.callLimit * serving.maxBatch) }
    let target = contender.target
    let before = ProcessUsage.ofThisProcess?.processorSeconds ?? .nan
    let serverBefore = contender.process.flatMap { ProcessUsage(of: $0) }?.processorSeconds
    let samples = await load.run(on: target)
    let report = LoadReport(samples, of: load)
    let processed = Double(samples.count { $0.isAnswer })
    contender.rates.append(report.imagesPerSecond)
    var line = line(contender.name, images)
    line.add("round", round)
    line.add(report)
    let used = (ProcessUsage.ofThisProcess?.processorSeconds ?? .nan) - before
    line.add(contender.target is EngineTarget ? "engine_cpu_ms" : "generator_cpu_ms", 1000 * used / processed)
    if let serverBefore, let after = contender.process.flatMap({ ProcessUsage(of: $0) }) {
      line.add("server_cpu_ms", 1000 * (after.processorSeconds - serverBefore) / processed)
      line.add("server_resident_mb", Double(after.residentBytes) / 1e6)
    }
    print(line)
  }

  private func line(_ name: String, _ images: [LoadImage]) -> JSONLine {
    var line = JSONLine()
    line.add("work", "serve")
    line.add("contender", name)
    line.add(serving, images)
    line.add(arrivals)
    return line
  }

  private func printSummary(_ contenders: [Contender], _ images: [LoadImage]) {
    var line = line(contenders.last?.name ?? "", images)
    line.add("rounds", rounds)
    let medians = contenders.map(\.rates.median)
    if let served = medians.last { line.add("images_per_second", served) }
    if medians.count > 1 {
      line.add("engine_images_per_second", medians[0])
      line.add("ratio", medians[1] / medians[0])
    }
    print(line)
  }
}
