public import TesseraModels
import TesseraNN

/// The objective of adversarial training and how its two sides are computed.
///
///     L = Σ l_mce(s(x), y) − λ [l_bce(a(x, y), 1) + l_bce(a(x, s(x)), 0)]     min over s, max over a
///
/// Every loss is a mean: l_mce over labelled pixels, l_bce over label maps or the places of one. Void pixels take part
/// in no term.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), equation 1.
public struct Objective: Sendable {
  /// Weight of the adversarial term.
  public let lambda: Float
  /// What the segmenter is told by the discriminator.
  public let term: AdversarialTerm
  /// One positive weight per class in l_mce; nil for 1.
  public let classWeights: [Float]?
  /// How the discriminator sees label maps.
  public let encoding: LabelMapEncoding
  /// What the discriminator is to say of ground truth: 1, or a little less against certainty.
  ///
  /// Smoothed on this side alone: on the other it would hold the segmenter where it is.
  ///
  /// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.4.
  public let truthTarget: Float
  /// What images without labels contribute.
  public let unlabelled: UnlabelledObjective
  /// Most that the norm of a network's gradients may be; nil for no limit.
  public let gradientNormLimit: Float?

  /// Puts an objective together.
  ///
  /// - Precondition: λ is finite and at least 0; the target lies above ½ and up to 1; a limit is positive.
  public init(
    lambda: Float, term: AdversarialTerm, classWeights: [Float]?, encoding: LabelMapEncoding, truthTarget: Float = 1,
    unlabelled: UnlabelledObjective = .none, gradientNormLimit: Float? = nil
  ) {
    precondition(lambda >= 0 && lambda.isFinite, "Objective: λ \(lambda)")
    precondition(truthTarget > 0.5 && truthTarget <= 1, "Objective: target \(truthTarget)")
    precondition(gradientNormLimit ?? 1 > 0, "Objective: limit \(gradientNormLimit ?? 0)")
    self.lambda = lambda
    self.term = term
    self.classWeights = classWeights
    self.encoding = encoding
    self.truthTarget = truthTarget
    self.unlabelled = unlabelled
    self.gradientNormLimit = gradientNormLimit
  }
}
