import ArgumentParser
import TesseraInference

/// Says what a file is.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a model, a PNG or recorded frames of the protocol hold.",
    discussion: """
      The kind is told by the contents, not the name. Of weights: architecture, classes, normalisation, provenance, \
      tensors and SHA-256. Of a PNG: its format, and of a label map its ids, how often and where first. Of recorded \
      frames: headers and messages, and what is wrong at which byte.

      Example:
        tessera inspect run
        tessera inspect labels/000001.png
      """)

  @Argument(help: "A run folder, safetensors file, PNG or recording of frames.") var file: String

  func run() throws {
    let inspection = try FileInspection(path: file)
    for line in inspection.lines { try StandardOutput.line(line) }
    guard !inspection.faults.isEmpty else { return }
    var terminal = Terminal()
    for fault in inspection.faults { terminal.line("Error: \(fault)") }
    throw ExitCode.failure
  }
}
