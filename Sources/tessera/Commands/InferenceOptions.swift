import ArgumentParser
import TesseraTensor

/// How a model computes, for commands whose options come from the command line alone.
struct InferenceOptions: ParsableArguments {
  @OptionGroup var threads: ThreadOptions
  @Option(help: "How maps between layers are stored: f32 or bf16, which takes a processor with its arithmetic.")
  var precision = Precision.f32.rawValue

  func validate() throws {
    guard Self.precision(precision) != nil else { throw ValidationError("--precision \(precision): \(Self.remedy)") }
  }

  /// The precision of a name that this processor computes in; nil for others.
  static func precision(_ name: String) -> Precision? {
    Precision(rawValue: name).flatMap { ComputeThreads.computes($0) ? $0 : nil }
  }

  /// What to give instead of what is no precision here.
  static var remedy: String {
    "give " + Precision.allCases.filter(ComputeThreads.computes).map(\.rawValue).joined(separator: " or ")
      + (ComputeThreads.computes(.bf16) ? "" : "; this processor has no bf16 dot products (AVX-512 BF16)")
  }

  /// The precision given.
  var chosen: Precision { Self.precision(precision) ?? .f32 }
}
