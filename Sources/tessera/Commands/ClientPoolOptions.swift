import ArgumentParser
import TesseraClient

/// How a command that asks servers spreads its requests, and how long and how often it tries.
struct ClientPoolOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Connections to each server, 1 to 64.", valueName: "n")) var connections = 2
  @Option(
    help: ArgumentHelp(
      "Requests at a time on each, 1 to 64; fewer where the server says so.", valueName: "n"))
  var inFlight = 4
  @Option(
    help: ArgumentHelp(
      "Time for each image, with all that it waits for. (default: the server's limit for each attempt)",
      valueName: "seconds"))
  var deadline: Double?
  @Option(
    help: ArgumentHelp(
      "How often an image is sent again where the server or the connection failed, 0 to 20.", valueName: "n"))
  var retries = RetryPolicy().attempts - 1

  func validate() throws {
    for (option, value, range) in [
      ("--connections", connections, 1...64), ("--in-flight", inFlight, 1...64), ("--retries", retries, 0...20),
    ] where !range.contains(value) {
      throw ValidationError("\(option) \(value): give \(range.lowerBound) to \(range.upperBound)")
    }
    guard deadline.map({ $0 > 0 && $0 <= 86_400 }) ?? true else {
      throw ValidationError("--deadline: give seconds above 0, at most 86400, such as 2.5")
    }
  }

  /// The configuration of a pool whose connections are made so.
  func configuration(_ client: Client.Configuration) -> ClientPool.Configuration {
    var configuration = ClientPool.Configuration()
    configuration.client = client
    configuration.connectionsPerAddress = connections
    configuration.requestsPerConnection = inFlight
    configuration.requestTime = deadline.map { .seconds($0) }
    configuration.retries.attempts = retries + 1
    return configuration
  }
}
