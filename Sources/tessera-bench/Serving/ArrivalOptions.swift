import ArgumentParser
import TesseraTensor

/// Who sends requests, and when.
struct ArrivalOptions: ParsableArguments {
  @Option(help: "Connections, 1 to 256; those of HTTP carry a request at a time, so there are as many as requests.")
  var clients = 1
  @Option(help: "Requests that each client has under way, 1 to 256.") var inFlight = 8
  @Option(help: "Requests a second that are sent whatever became of earlier ones; without it, each waits for one.")
  var rate: Double?
  @Option(help: "How requests of a --rate follow each other.") var arrivals = ArrivalSchedule.Pattern.poisson

  func validate() throws {
    try ValidationError.require(clients, in: 1...256, "clients")
    try ValidationError.require(inFlight, in: 1...256, "in-flight")
    guard let rate, !(0.01...100_000).contains(rate) else { return }
    throw ValidationError("--rate \(rate): give 0.01 to 100000")
  }

  /// The arrivals of a round; each round of a rate has its own.
  ///
  /// - Parameter length: how long an open loop goes on.
  func arrivals(round: Int, seed: UInt64, length: Duration) -> Load.Arrivals {
    guard let rate else { return .closed(lanes: clients * inFlight) }
    var generator = Generator(seed: seed, stream: "arrivals \(round)")
    return .open(ArrivalSchedule(arrivals, rate: rate, length: length, generator: &generator))
  }
}

extension JSONLine {
  /// Says how requests are sent.
  mutating func add(_ options: ArrivalOptions) {
    add("clients", options.clients)
    if let rate = options.rate {
      add("loop", "open")
      add("rate", rate)
      add("arrivals", options.arrivals.rawValue)
    } else {
      add("loop", "closed")
      add("in_flight", options.inFlight)
    }
  }
}
