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

      Example:
        tessera request --server 127.0.0.1:7450 photos --out maps --overlay
        tessera request --server maps.example.org:7450 --tls --token-file camera.token photos --out maps
      """)

  @Option(help: ArgumentHelp("Where the server listens, such as 127.0.0.1:7450.", valueName: "host:port")) var server:
    HostAndPort
  @Argument(help: "PNG images, folders of them (*.png) or globs in quotes.") var input: [String]
  @Option(help: ArgumentHelp("Folder to write to; made where it is missing.", valueName: "dir")) var out: String
  @Option(help: "Which of the server's models. (default: its first)") var name: String?
  @OptionGroup(title: "Security") var security: ClientSecurityOptions
  @Flag(help: "Also paint the label maps over the images.") var overlay = false
  @Flag(help: "Also write the probability of each class as .npy.") var probabilities = false

  func validate() throws {
    guard server.port > 0 else { throw ValidationError("--server: give the port that the server listens on, not 0") }
    guard name.map(ModelDescription.isName) ?? true else {
      throw ValidationError("--name \(name ?? ""): give 1–64 of a–z, 0–9, _ and -")
    }
  }

  func run() async throws {
    let jobs = try PredictionJob.plan(
      try InputFiles.expand(input), folder: out, overlay: overlay, probabilities: probabilities)
    try PredictionJob.makeFolder(out)
    let configuration = try security.configuration()
    let failures = try await withClient(
      host: server.host, port: server.port, configuration: configuration
    ) { client in
      await PredictionRun(jobs: jobs, folder: out).run(by: try await RemoteModel(name ?? "", of: client))
    }
    guard failures == 0 else { throw ExitCode.failure }
  }
}
