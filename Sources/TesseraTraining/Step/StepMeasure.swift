/// A number that a step finds out about the training.
public enum StepMeasure: String, CaseIterable, Hashable, Sendable, Codable, CodingKeyRepresentable {
  /// l_mce of the labelled images.
  case crossEntropy
  /// Norm of the segmenter's gradients, before any limit.
  case gradientNorm
  /// Mean entropy of the segmenter's class probabilities, in nats.
  case entropy
  /// The adversary's loss before its step: l_bce(a(x, y), 1) + l_bce(a(x, s(x)), 0) for a discriminator.
  case adversaryLoss
  /// Norm of the adversary's gradients, before any limit.
  case adversaryGradientNorm
  /// Share of ground truth that the discriminator takes for ground truth.
  case truthAccuracy
  /// Share of predictions that it takes for predictions.
  case predictionAccuracy
  /// Mean logit of ground truth.
  case truthLogit
  /// Mean logit of predictions.
  case predictionLogit
  /// The segmenter's adversarial term without λ, after the adversary's step.
  case adversarialTerm
  /// Norm of the gradient of l_mce at the segmenter's logits.
  case crossEntropyGradient
  /// Norm of the gradient of λ times the adversarial term at the segmenter's logits.
  case adversarialGradient
  /// The adversarial term on images without labels, without its weight.
  case unlabelledTerm
  /// Cross-entropy against the segmenter's own classes where the discriminator trusts them, without its weight.
  case selfTraining
  /// Share of the pixels without labels that it trusts.
  case trustedShare

  /// Its name as a column of a table, such as `adversary_loss`.
  public var column: String {
    rawValue.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
  }
}

/// What one step found.
public struct StepSummary: Hashable, Sendable {
  /// Each number that the step found; what took no part in it has none.
  public private(set) var values: [StepMeasure: Float] = [:]

  /// Nothing found yet.
  public init() {}

  /// One number.
  public internal(set) subscript(_ measure: StepMeasure) -> Float? {
    get { values[measure] }
    set { values[measure] = newValue }
  }

  /// Whether every loss and gradient is a finite number.
  ///
  /// A network whose gradients are not has not learned from the step.
  public var isFinite: Bool { values.values.allSatisfy(\.isFinite) }
}
