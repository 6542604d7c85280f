/// What one step found.
public struct StepSummary: Hashable, Sendable {
  /// l_mce of the batch.
  public let crossEntropy: Float
  /// Norm of the segmenter's gradients, before any limit.
  public let gradientNorm: Float
  /// Where the discriminator took part: its losses and what it told the segmenter.
  public let adversary: Adversary?

  /// The discriminator's part of a step.
  public struct Adversary: Hashable, Sendable {
    /// l_bce(a(x, y), 1) + l_bce(a(x, s(x)), 0) before its step.
    public let discriminatorLoss: Float
    /// Norm of the discriminator's gradients, before any limit.
    public let gradientNorm: Float
    /// The segmenter's adversarial term without λ, after the discriminator's step.
    public let adversarialTerm: Float
    /// Share of ground truth that the discriminator took for ground truth.
    public let truthAccuracy: Float
    /// Share of predictions that it took for predictions.
    public let predictionAccuracy: Float
  }

  /// Whether every loss and gradient is a finite number.
  ///
  /// A network whose gradients are not has not learned from the step.
  public var isFinite: Bool {
    let own = [crossEntropy, gradientNorm]
    let others = adversary.map { [$0.discriminatorLoss, $0.adversarialTerm, $0.gradientNorm] } ?? []
    return (own + others).allSatisfy(\.isFinite)
  }
}
