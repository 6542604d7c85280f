public import TesseraModels
import TesseraNN
public import TesseraTensor

/// One step of each network on a batch: the discriminator first, then the segmenter against it.
///
/// The segmenter runs forward once. Its prediction enters the discriminator's step as a constant and its own step with
/// gradients; the discriminator's numbers are constants of the segmenter's step, and only its own step moves them.
public struct Alternation: Sendable {
  /// The network that is trained to be used.
  public let segmenter: any Segmenter
  /// The network that judges it; nil for cross-entropy alone.
  public let discriminator: (any Discriminator)?
  /// What is minimised.
  public let objective: Objective
  /// How maps between the layers of both networks are stored.
  public let precision: Precision

  /// Puts the networks together.
  public init(
    segmenter: any Segmenter, discriminator: (any Discriminator)?, objective: Objective, precision: Precision = .f32
  ) {
    self.segmenter = segmenter
    self.discriminator = discriminator
    self.objective = objective
    self.precision = precision
  }

  /// The learning rates of one step.
  public struct Rates: Hashable, Sendable {
    /// The segmenter's.
    public let segmenter: Float
    /// The discriminator's.
    public let discriminator: Float

    /// Pairs two rates.
    public init(segmenter: Float, discriminator: Float) {
      self.segmenter = segmenter
      self.discriminator = discriminator
    }
  }

  /// Takes a step of cross-entropy alone.
  public func advance(
    _ state: inout Learner, with batch: TrainingBatch, rate: Float, generator: inout Generator
  ) -> StepSummary {
    let step = crossEntropyStep(of: state.values, batch, generator: generator)
    generator = step.generator
    let norm = state.learn(from: step, rate: rate, limit: objective.gradientNormLimit)
    return StepSummary(crossEntropy: step.value, gradientNorm: norm, adversary: nil)
  }

  /// Takes a step of both networks.
  ///
  /// - Precondition: there is a discriminator.
  public func advance(
    _ segmenterState: inout Learner, against discriminatorState: inout Learner, with batch: TrainingBatch, rates: Rates,
    generator: inout Generator
  ) -> StepSummary {
    var judged: (step: DiscriminatorStep, norm: Float)?
    let step = valueAndGradients(
      of: segmenterState.values, mode: .training(recordsStatistics: true), precision: precision, generator: generator
    ) { pass in
      let logits = segmenter(pass.constant(batch.images), in: pass)
      let probabilities = logits.probabilities
      let own = discriminatorStep(
        of: discriminatorState.values, prediction: probabilities.variable.value, batch,
        generator: pass.generator)
      pass.generator = own.generator
      let norm = discriminatorState.learn(
        from: own, rate: rates.discriminator, limit: objective.gradientNormLimit)
      judged = (own, norm)
      let (loss, crossEntropy, term) = segmenterLoss(
        logits, probabilities, batch, against: discriminatorState.values, in: pass)
      return (loss, (crossEntropy: crossEntropy.value.scalar, term: term.value.scalar))
    }
    generator = step.generator
    let norm = segmenterState.learn(from: step, rate: rates.segmenter, limit: objective.gradientNormLimit)
    return StepSummary(
      crossEntropy: step.output.crossEntropy, gradientNorm: norm,
      adversary: judged.map { judged in
        StepSummary.Adversary(
          discriminatorLoss: judged.step.value, gradientNorm: judged.norm, adversarialTerm: step.output.term,
          truthAccuracy: share(judged.step.output.truth) { $0 > 0 },
          predictionAccuracy: share(judged.step.output.prediction) { $0 < 0 })
      })
  }

  private func share(_ verdicts: [Float], _ isRight: (Float) -> Bool) -> Float {
    Float(verdicts.count(where: isRight)) / Float(max(verdicts.count, 1))
  }
}
