import ArgumentParser
import TesseraInference

/// Says what Tessera runs on.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what Tessera runs on, and what slows it down.",
    discussion: """
      Processor, memory, libraries with the instructions and kernels that they chose, and environment variables that \
      the libraries heed. Each problem comes with its cause and remedy.

      train, evaluate, predict and serve measure once how each large convolution is computed fastest, and keep that in \
      tessera/plans.json in $XDG_CACHE_HOME, or else in ~/.cache. Deleting the file only means to measure again.

      Example:
        tessera doctor
        tessera doctor --json > machine.json
      """)

  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let report = SystemReport(version: Tessera.version)
    if json { try StandardOutput.json(report) } else { try StandardOutput.line("\(report)") }
  }
}
