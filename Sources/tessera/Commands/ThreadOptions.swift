import ArgumentParser
import TesseraInference

/// How many threads compute, for commands whose options come from the command line alone.
struct ThreadOptions: ParsableArguments {
  /// Numbers that can be asked for.
  static let counts = 1...256

  /// One per processor that this process may use.
  static var automaticCount: Int { min(counts.upperBound, SystemBudget().usableProcessors) }

  @Option(help: "Threads for all numeric work, 1 to 256. (default: one per processor that may be used)")
  var threads: Int?

  func validate() throws {
    guard threads.map(Self.counts.contains) ?? true else {
      throw ValidationError("--threads \(threads ?? 0): give 1 to 256")
    }
  }

  /// The number given, or one per processor that this process may use.
  var count: Int { threads ?? Self.automaticCount }
}

extension OptionLayers {
  /// The value of `threads`, or one per processor that this process may use.
  func threadCount() throws(OptionError) -> Int {
    try integer("threads", in: ThreadOptions.counts) ?? ThreadOptions.automaticCount
  }
}
