import ArgumentParser
import TesseraInference

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads for all numeric work, 1 to 256. (default: one per processor that may be used)")
  var threads: Int?

  func validate() throws {
    guard threads.map((1...256).contains) ?? true else {
      throw ValidationError("--threads \(threads ?? 0): give 1 to 256")
    }
  }

  /// The number given, or one per processor that this process may use.
  var count: Int { threads ?? min(256, SystemBudget().usableProcessors) }
}
