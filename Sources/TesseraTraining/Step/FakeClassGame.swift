public import TesseraModels
package import TesseraNN
public import TesseraTensor

/// A segmenter that is its own discriminator: one more class stands for pixels of images that a generator made.
///
///     s:  l_mce + λ · ½ {E_x sp(−lse s(x)) + E_z sp(lse s(G(z)))}      G:  the objective's term
///
/// with lse the logarithm of the sum of the exponentials of a pixel's class scores, the score of the fake class 0 and
/// sp softplus. Images without labels take the place of labelled ones in the term where there are any.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 5; Souly, Spampinato and Shah 2017 (arXiv:1703.09695),
/// section 3, for pixels.
public struct FakeClassGame: AdversarialMethod {
  /// The network that is trained to be used, and that judges.
  public let segmenter: any Segmenter
  /// The network that makes images.
  public let imageGenerator: ImageGenerator
  /// What is minimised; `term` is what the generator is told.
  public let objective: Objective
  /// Who learns at which step: the generator is the adversary.
  public let schedule: AlternationSchedule
  /// How maps between the layers of both networks are stored.
  public let precision: Precision

  /// Puts the networks together.
  public init(
    segmenter: any Segmenter, imageGenerator: ImageGenerator, objective: Objective,
    schedule: AlternationSchedule = .everyStep, precision: Precision = .f32
  ) {
    self.segmenter = segmenter
    self.imageGenerator = imageGenerator
    self.objective = objective
    self.schedule = schedule
    self.precision = precision
  }

  /// Takes a step of the networks whose turn it is, the generator first.
  public func advance(
    _ learners: inout Learners, with batch: TrainingBatch, step: Int, rates: LearningRates, generator: inout Generator
  ) -> StepSummary {
    guard var artist = learners.adversary else { preconditionFailure("FakeClassGame: there is no generator") }
    let turn = schedule.turn(at: step)
    let noise = ImageGenerator.noise(batch.images.shape[0], &generator)
    var summary = StepSummary()
    if turn.adversaryLearns {
      let own = generatorStep(of: artist.values, noise, batch, against: learners.segmenter.values, generator)
      generator = own.generator
      summary[.adversaryLoss] = own.value
      summary[.adversaryGradientNorm] = artist.learn(
        from: own, rate: rates.adversary, limit: objective.gradientNormLimit)
    }
    if turn.segmenterLearns {
      let fakes = evaluate(
        artist.values, mode: .training(recordsStatistics: false), precision: precision, generator: generator
      ) { imageGenerator($0.constant(noise), in: $0).value }
      let own = segmenterStep(of: learners.segmenter.values, batch, fakes: fakes, generator)
      generator = own.generator
      summary.add(own.output)
      summary[.gradientNorm] = learners.segmenter.learn(
        from: own, rate: rates.segmenter, limit: objective.gradientNormLimit)
    }
    learners.adversary = artist
    return summary
  }
}

extension FakeClassGame {
  /// The generator's loss and its gradients, the segmenter constant.
  package func generatorStep(
    of values: ParameterSet, _ noise: Tensor, _ batch: TrainingBatch, against judgeValues: ParameterSet,
    _ generator: Generator
  ) -> Differentiation<Void> {
    valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), precision: precision, generator: generator
    ) { pass in
      let judge = pass.constants(
        judgeValues, mode: .training(recordsStatistics: false), references: segmenter.references)
      let fake = verdict(segmenter(imageGenerator(pass.constant(noise), in: pass), in: judge), nil)
      let reference = objective.term.reference {
        verdict(segmenter(pass.constant(batch.unlabelled?.images ?? batch.images), in: judge), nil)
      }
      return (objective.term.loss(fake, reference: reference), ())
    }
  }

  /// What the segmenter's step was made of.
  package struct SegmenterLoss {
    /// l_mce of the labelled images.
    package let crossEntropy: Float
    /// ½ {E_x sp(−lse s(x)) + E_z sp(lse s(G(z)))}.
    package let term: Float
    let entropy: Float
    let real: Verdict
    let fake: Verdict
    let crossEntropyGradient: GradientNorm
    /// Of real and generated images together.
    let adversarialGradient: GradientNorm
  }

  /// The segmenter's loss and its gradients, the generated images constant.
  package func segmenterStep(
    of values: ParameterSet, _ batch: TrainingBatch, fakes: Tensor, _ generator: Generator
  ) -> Differentiation<SegmenterLoss> {
    valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), references: segmenter.references, precision: precision,
      generator: generator
    ) { pass in
      let (norm, adversarialNorm) = (GradientNorm(), GradientNorm())
      let logits = segmenter(pass.constant(batch.images), in: pass)
      let crossEntropy = crossEntropy(
        observed(logits.variable, by: norm), batch.labels, weights: objective.classWeights)
      let seen = batch.unlabelled.map { segmenter(pass.constant($0.images), in: pass) } ?? logits
      let labels = batch.unlabelled?.shown ?? batch.labels
      let made = segmenter(pass.constant(fakes), in: pass)
      let real = verdict(
        Logits(observed(seen.variable, by: adversarialNorm), features: seen.features), labels)
      let fake = verdict(
        Logits(observed(made.variable, by: adversarialNorm), features: made.features), nil)
      let term = 0.5 * (real.loss(target: objective.truthTarget) + fake.loss(target: 0))
      return (
        crossEntropy + objective.lambda * term,
        SegmenterLoss(
          crossEntropy: crossEntropy.value.scalar, term: term.value.scalar,
          entropy: logits.variable.value.meanEntropy(), real: real, fake: fake,
          crossEntropyGradient: norm, adversarialGradient: adversarialNorm)
      )
    }
  }

  /// Whether pixels are real: the logit against the fake class, whose score is 0, is lse of the others.
  private func verdict(_ logits: Logits, _ labels: LabelBatch?) -> Verdict {
    let scores = logSumExp(logits.variable)
    return Verdict(scores, features: logits.features, weights: labels?.mask)
  }
}

extension StepSummary {
  /// Adds what the segmenter's loss was made of; its gradients must have been read.
  mutating func add(_ loss: FakeClassGame.SegmenterLoss) {
    self[.crossEntropy] = loss.crossEntropy
    self[.entropy] = loss.entropy
    self[.adversarialTerm] = loss.term
    self[.crossEntropyGradient] = loss.crossEntropyGradient.value
    self[.adversarialGradient] = loss.adversarialGradient.value
    addVerdicts(
      truth: loss.real.logits.value, weights: loss.real.weights, prediction: loss.fake.logits.value,
      predictionWeights: nil)
  }
}
