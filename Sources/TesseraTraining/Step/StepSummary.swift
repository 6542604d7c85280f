/// What one step found.
public struct StepSummary: Hashable, Sendable {
  /// l_mce of the batch.
  public let crossEntropy: Float
  /// Where the discriminator took part: its losses and what it told the segmenter.
  public let adversary: Adversary?

  /// The discriminator's part of a step.
  public struct Adversary: Hashable, Sendable {
    /// l_bce(a(x, y), 1) + l_bce(a(x, s(x)), 0) before its step.
    public let discriminatorLoss: Float
    /// The segmenter's adversarial term without λ, after the discriminator's step.
    public let adversarialTerm: Float
    /// Share of ground truth that the discriminator took for ground truth.
    public let truthAccuracy: Float
    /// Share of predictions that it took for predictions.
    public let predictionAccuracy: Float
  }

  /// Whether every loss is a finite number.
  public var isFinite: Bool {
    crossEntropy.isFinite
      && (adversary.map { $0.discriminatorLoss.isFinite && $0.adversarialTerm.isFinite } ?? true)
  }
}
