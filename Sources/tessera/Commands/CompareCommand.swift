import ArgumentParser
import TesseraTraining

/// Holds runs against each other.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare training runs over their seeds.",
    discussion: """
      Runs that differ by --seed alone are one group, named by the options that tell it from the others. Each group \
      has the mean and standard deviation of its scores and, seed by seed, its difference to the first group: with the \
      probability of so large a difference if there were none, by Student's paired t test and by trying all signs.
      With three seeds the latter is never below 0.25: few runs say little. Runs on different data are refused.

      Example:
        tessera compare plain-1 plain-2 plain-3 adversarial-1 adversarial-2 adversarial-3
        tessera compare run run/twin
      """)

  @Argument(help: ArgumentHelp("Folders that tessera train wrote.", valueName: "run")) var runs: [String]
  @Flag(help: "Print JSON.") var json = false

  /// Most runs at once.
  private static let limit = 1000

  func validate() throws {
    guard runs.count <= Self.limit else { throw ValidationError("give at most \(Self.limit) runs, not \(runs.count)") }
    if let twice = Dictionary(grouping: runs, by: \.self).first(where: { $0.value.count > 1 })?.key {
      throw ValidationError("\(twice) is named more than once")
    }
  }

  func run() throws {
    let comparison = try RunComparison(runs.map { try RunRecord(RunDirectory(path: $0)) })
    if json { try StandardOutput.json(comparison) } else { try StandardOutput.line("\(comparison)") }
  }
}
