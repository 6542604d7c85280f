public import ArgumentParser
public import TesseraTensor

/// How the maps of a measured network are stored.
struct PrecisionOptions: ParsableArguments {
  @Option(help: "How maps between layers are stored: f32, or bf16 where the processor has it.")
  var precision = Precision.f32

  func validate() throws { try requirePrecision(ComputeThreads.computes) }

  /// Refuses what the processor has no arithmetic for: its figures would say nothing.
  func requirePrecision(_ computes: (Precision) -> Bool) throws {
    guard !computes(precision) else { return }
    throw ValidationError(
      "--precision \(precision.rawValue): this processor has no dot products of it (AVX-512 BF16 or AMX); give f32")
  }
}

extension Precision: ExpressibleByArgument {}
