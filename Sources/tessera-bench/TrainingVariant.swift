import TesseraTensor

/// A way to compute the same training.
enum TrainingVariant: String, CaseIterable {
  /// Every convolution product by product, in f32: what the others are held against.
  case direct = "direct-f32"
  /// As a training computes that is not told otherwise.
  case planned = "f32"
  /// Maps between layers in bf16.
  case bf16

  var precision: Precision { self == .bf16 ? .bf16 : .f32 }

  /// Does work as this variant computes it.
  func compute<Result>(_ work: () throws -> Result) rethrows -> Result {
    guard self == .direct else { return try work() }
    return try ConvolutionPlan.$leastWinogradOperations.withValue(.max, operation: work)
  }
}
