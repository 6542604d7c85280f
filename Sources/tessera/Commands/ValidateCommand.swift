import ArgumentParser
import TesseraData
import TesseraInference

/// Checks label maps.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check a data set, or single label maps, and say what is wrong where and what to do.",
    discussion: """
      Prints one line for each finding: FILE:(x, y): SEVERITY: RULE: what is wrong and what to do. The place is the \
      first pixel concerned, counted from 0 at the top left. An overlay X-overlay.png beside its label map X.png is \
      left out.
      Exit status: 0 nothing wrong (there may be warnings), 1 errors, 2 something could not be checked.

      Example:
        tessera validate --data scenes
        tessera validate maps/*.png --classes scenes/dataset.yaml --json
      """)

  @Argument(help: "Label maps, folders of them (*.png) or globs in quotes; needs --classes.") var map: [String] = []
  @Option(help: ArgumentHelp("Folder of the data set.", valueName: "dir")) var data: String?
  @Option(help: ArgumentHelp("A dataset.yaml that says what the ids in single maps mean.", valueName: "file"))
  var classes: String?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard (data == nil) == (classes != nil), map.isEmpty == (classes == nil) else {
      throw ValidationError("give either --data DIR, or label maps and --classes FILE")
    }
  }

  func run() throws {
    var terminal = Terminal()
    let report: ValidationReport
    do {
      report = try check()
    } catch {
      terminal.line("Error: \(error)")
      throw ExitCode(2)
    }
    if json {
      try StandardOutput.json(report)
    } else {
      for finding in report.findings { try StandardOutput.line("\(finding)") }
    }
    terminal.line(report.summary)
    // What could not be checked may hide errors, so it decides.
    if report.hasUnchecked { throw ExitCode(2) }
    if report.hasErrors { throw ExitCode(1) }
  }

  private func check() throws -> ValidationReport {
    if let classes {
      let description = try DatasetDescription(path: classes)
      return ValidationReport(checking: try InputFiles.expandLabelMaps(map), labelSet: description.labelSet)
    }
    return try Dataset(path: data ?? "").validate()
  }
}
