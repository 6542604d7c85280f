/// What images without labels contribute to the segmenter's step.
///
///     λ_u · (adversarial term of s(x_u)) + λ_semi · l_mce(s(x_u), argmax s(x_u)) where σ(a(x_u, s(x_u))) > T
///
/// Source: Hung et al. 2018 (arXiv:1802.07934), section 3.3; λ_u is that of their code.
public struct UnlabelledObjective: Hashable, Sendable {
  /// λ_u, the weight of the adversarial term.
  public let lambda: Float
  /// λ_semi, the weight of self-training.
  public let selfTrainingLambda: Float
  /// T, above which the discriminator's trust in a place makes its class a label.
  public let threshold: Float
  /// Steps of adversarial training before self-training begins.
  public let selfTrainingStart: Int

  /// Puts the numbers together.
  ///
  /// - Precondition: weights are finite and at least 0; the threshold lies in 0...1.
  public init(lambda: Float, selfTrainingLambda: Float, threshold: Float, selfTrainingStart: Int) {
    precondition(
      lambda >= 0 && lambda.isFinite && selfTrainingLambda >= 0 && selfTrainingLambda.isFinite,
      "UnlabelledObjective: weights \(lambda) and \(selfTrainingLambda)")
    precondition((0...1).contains(threshold), "UnlabelledObjective: threshold \(threshold)")
    self.lambda = lambda
    self.selfTrainingLambda = selfTrainingLambda
    self.threshold = threshold
    self.selfTrainingStart = selfTrainingStart
  }

  /// Nothing.
  public static let none = UnlabelledObjective(lambda: 0, selfTrainingLambda: 0, threshold: 1, selfTrainingStart: 0)
}
