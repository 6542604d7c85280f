import ArgumentParser
import Foundation
import TesseraTensor
import TesseraWeights

/// How every benchmark computes.
struct ComputeOptions: ParsableArguments {
  /// How convolutions are planned.
  enum Plans: String, CaseIterable, ExpressibleByArgument {
    /// By measuring once, as the commands do.
    case measured
    /// By rules alone, as tests do.
    case rules
  }

  @Option(help: "Threads, 1 to 256.") var threads = 2
  @Option(help: "How convolutions are planned: measured once and kept, or by rules.") var plans = Plans.measured

  func validate() throws { try ValidationError.require(threads, in: 1...256, "threads") }

  /// Prepares the calling thread and its team.
  func prepare() {
    ComputeThreads.prepare(count: threads)
    guard plans == .measured, let warning = PlanCache.usual().begin() else { return }
    try? FileHandle.standardError.write(contentsOf: Data("Warning: \(warning)\n".utf8))
  }
}
