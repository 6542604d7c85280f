import ArgumentParser
import Foundation
import TesseraClient
import TesseraInference
import TesseraProtocol

/// Has a server segment images.
struct RequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Send images to a server and keep the label maps it answers with.",
    discussion: """
      Writes what `tessera predict` writes, byte for byte the same for the same model: NAME.png, and on request
      NAME-overlay.png and NAME-probabilities.npy. Every answer's digests are checked: a map that belongs to another
      image, or changed on its way, is an error. An image that fails is named; the others are done all the same, and the
      exit status is 1.
      --model takes a generation, too, while the server has it: NAME@GENERATION.

      Several images are under way at a time, over connections that are made as they are needed. What a server or a
      connection failed at is sent again, elsewhere or after a delay as the server says; what is wrong with an image
      is final. --server may be given several times, for servers of the same models.

      Example:
        tessera request --server 127.0.0.1:7450 photos --out maps --overlay
        tessera request --server 127.0.0.1:7450 --list
        tessera request --server maps.example.org:7450 --tls --token-file camera.token photos --out maps
        tessera request --server 10.0.0.1:7450 --server 10.0.0.2:7450 --in-flight 8 --deadline 20 photos --out maps
      """)

  @Option(
    help: ArgumentHelp(
      "Where the server listens, such as 127.0.0.1:7450; again for more servers.", valueName: "host:port"))
  var server: [HostAndPort]
  @Argument(help: "PNG images, folders of them (*.png) or globs in quotes.") var input: [String] = []
  @Option(help: ArgumentHelp("Folder to write to; made where it is missing.", valueName: "dir")) var out: String?
  @Option(help: ArgumentHelp("Which of the server's models. (default: its first)", valueName: "name[@generation]"))
  var model: ModelChoice?
  @Option(help: ArgumentHelp("Take answers of these weights alone, as --list names them.", valueName: "sha256"))
  var weights: ContentDigest?
  @Flag(help: "Print the server's models instead, the default first.") var list = false
  @OptionGroup(title: "Connections") var pooling: ClientPoolOptions
  @OptionGroup(title: "Security") var security: ClientSecurityOptions
  @Flag(help: "Also paint the label maps over the images.") var overlay = false
  @Flag(help: "Also write the probability of each class as .npy.") var probabilities = false

  func validate() throws {
    guard server.allSatisfy({ $0.port > 0 }) else {
      throw ValidationError("--server: give the port that the server listens on, not 0")
    }
    guard !list || input.isEmpty && out == nil && model == nil && weights == nil && !overlay && !probabilities else {
      throw ValidationError("--list: give nothing of images beside it")
    }
    guard list || !input.isEmpty else { throw ValidationError("give the images to send, or --list") }
    guard list || out != nil else { throw ValidationError("--out: give the folder to write to") }
  }

  func run() async throws {
    guard let out else { return try await listModels() }
    let jobs = try PredictionJob.plan(
      try InputFiles.expand(input), folder: out, overlay: overlay, probabilities: probabilities)
    try PredictionJob.makeFolder(out)
    let failures = try await withServers { pool in
      await PredictionRun(jobs: jobs, folder: out, atOnce: server.count * pooling.connections * pooling.inFlight)
        .run(
          by: try await RemoteModel(
            model?.name ?? "", generation: model?.generation ?? 0, expectedWeights: weights, of: pool))
    }
    guard failures == 0 else { throw ExitCode.failure }
  }

  private func withServers<Value>(_ body: (ClientPool) async throws -> Value) async throws -> Value {
    try await withClientPool(
      to: server.map { ServerAddress(host: $0.host, port: $0.port) },
      configuration: pooling.configuration(try security.configuration()), body)
  }

  private func listModels() async throws {
    let status = try await withServers { try await $0.status() }
    guard status.state != .starting else {
      throw SegmentationError(.notReady, "the server is not ready: its models are loading, or do not answer")
    }
    try StandardOutput.line("model generation classes weights")
    for model in status.models {
      try StandardOutput.line("\(model.name) \(model.generation) \(model.classCount) \(model.weightsDigest)")
    }
  }
}
