#if canImport(Glibc)
  import Glibc
#endif

/// What the numbers of an epoch say about the adversary.
///
/// Source of the bands: issues 7 and 39 of AdvSemiSeg and 22 of AdaptSegNet, where training works with a
/// discriminator's loss, as the mean of its two sides, of 0.2 to 0.5; ln 2 is that of one that knows nothing.
public enum Diagnosis: String, CaseIterable, Hashable, Sendable, Codable {
  /// The discriminator is right more often than not, and not always.
  case healthy
  /// It is almost always right and almost sure of it.
  case saturated
  /// It is right so often that little is left to learn from it.
  case strong
  /// It tells truth from prediction no better than a coin.
  case weak
  /// What the adversary asks for outweighs the labels.
  case overpowering
  /// The segmenter has lost more than half of what it could before the adversary took part.
  case collapse

  /// Judges an epoch; nil where no adversary took part.
  ///
  /// - Parameters:
  ///   - means: the means over its steps.
  ///   - meanIoU: its score.
  ///   - before: the best score before the adversary took part; nil where there was no such epoch.
  ///   - configuration: says what judged whom.
  public init?(
    _ means: [StepMeasure: Double], meanIoU: Double, before: Double?, configuration: TrainingConfiguration
  ) {
    guard let truth = means[.truthAccuracy], let prediction = means[.predictionAccuracy] else { return nil }
    if let before, meanIoU < before / 2 {
      self = .collapse
    } else if let adversarial = means[.adversarialGradient], let own = means[.crossEntropyGradient], adversarial > own {
      self = .overpowering
    } else {
      let loss = Self.halvedLoss(means, configuration)
      self = Self.band(of: loss, accuracy: (truth + prediction) / 2)
    }
  }

  private static func band(of loss: Double?, accuracy: Double) -> Diagnosis {
    switch (loss, accuracy) {
    case (.some(..<0.05), _), (nil, 0.99...): .saturated
    case (.some(..<0.2), _), (nil, 0.95...): .strong
    case (.some(0.67...), ..<0.6), (nil, ..<0.55): .weak
    default: .healthy
    }
  }

  /// The mean of both sides' losses, from 0 for a discriminator that is always right and sure of what it is told to be
  /// to ln 2 for one that knows nothing; nil where the adversary is no discriminator.
  ///
  /// Told t of ground truth, the first's sum is H(t) and the second's 2·H(t/2), with H the entropy of a coin: 0 and
  /// 2 ln 2 for t = 1.
  private static func halvedLoss(_ means: [StepMeasure: Double], _ configuration: TrainingConfiguration) -> Double? {
    guard let loss = means[.adversaryLoss], case .discriminator = configuration.adversary else { return nil }
    func entropy(_ p: Double) -> Double { p < 1 ? -p * log(p) - (1 - p) * log(1 - p) : 0 }
    let (least, blind) = (entropy(configuration.truthTarget), 2 * entropy(configuration.truthTarget / 2))
    return (loss - least) / (blind - least) * log(2)
  }

  /// One line: what is the case, and what to change where something is to be.
  public func advice(against adversary: TrainingConfiguration.AdversaryKind) -> String {
    if adversary == .fakeClass { return adviceOnGenerator }
    switch self {
    case .healthy: return "the discriminator is in the band where its gradient teaches"
    case .saturated:
      return "the discriminator has won: its gradient says nothing any more; lower --discriminator-learning-rate, give "
        + "--truth-target 0.9, or start it later (--warm-start-epochs)"
    case .strong:
      return "the discriminator is nearly always right; lower --discriminator-learning-rate or give --truth-target 0.9 "
        + "before it wins"
    case .weak:
      return "the discriminator knows nothing; raise --discriminator-learning-rate, let it learn more often "
        + "(--alternation 3:1), or see more detail (--discriminator-scale)"
    case .overpowering: return "the adversarial term pulls harder than the labels; lower --lambda"
    case .collapse:
      return "the segmenter has lost more than half of its score since the adversary took part; lower --lambda, or go "
        + "back to --adversarial-term nonsaturating and a later start"
    }
  }

  /// The same where the segmenter judges and a generator of images is the adversary.
  private var adviceOnGenerator: String {
    switch self {
    case .healthy: "the segmenter tells real images from generated ones, not always"
    case .saturated, .strong:
      "the segmenter tells generated images at a glance, which teaches it nothing; raise "
        + "--discriminator-learning-rate, the generator's, let it learn more often (--alternation 3:1), or give "
        + "--adversarial-term featureMatching"
    case .weak:
      "the segmenter does not tell generated images from real ones; lower --discriminator-learning-rate, the "
        + "generator's, or raise --lambda"
    case .overpowering: "telling images apart pulls harder than the labels; lower --lambda"
    case .collapse:
      "the segmenter has lost more than half of its score since the generator took part; lower --lambda, or start it "
        + "later (--warm-start-epochs)"
    }
  }
}
