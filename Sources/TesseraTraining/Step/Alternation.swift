public import TesseraModels
import TesseraNN
public import TesseraTensor

/// A step of a segmenter and a discriminator of label maps on a batch: the discriminator first, then the segmenter
/// against it.
///
/// The segmenter runs forward once on the labelled images. Its prediction enters the discriminator's step as a constant
/// and its own step with gradients; the discriminator's numbers are constants of the segmenter's step, and only its own
/// step moves them. It learns from labelled images alone.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408); Hung et al. 2018 (arXiv:1802.07934) for images without labels.
public struct Alternation: AdversarialMethod {
  /// The network that is trained to be used.
  public let segmenter: any Segmenter
  /// The network that judges it.
  public let discriminator: any Discriminator
  /// What is minimised.
  public let objective: Objective
  /// Who learns at which step.
  public let schedule: AlternationSchedule
  /// How maps between the layers of both networks are stored.
  public let precision: Precision

  /// Puts the networks together.
  public init(
    segmenter: any Segmenter, discriminator: any Discriminator, objective: Objective,
    schedule: AlternationSchedule = .everyStep, precision: Precision = .f32
  ) {
    self.segmenter = segmenter
    self.discriminator = discriminator
    self.objective = objective
    self.schedule = schedule
    self.precision = precision
  }

  /// Takes a step of the networks whose turn it is.
  public func advance(
    _ learners: inout Learners, with batch: TrainingBatch, step: Int, rates: LearningRates, generator: inout Generator
  ) -> StepSummary {
    guard var judge = learners.adversary else { preconditionFailure("Alternation: there is no discriminator") }
    let turn = schedule.turn(at: step)
    var summary = StepSummary()
    func learn(from prediction: Tensor, _ generator: inout Generator) {
      guard turn.adversaryLearns else { return }
      let own = discriminatorStep(of: judge.values, prediction: prediction, batch, generator: generator)
      generator = own.generator
      summary.addVerdicts(
        truth: own.output.truth, weights: own.output.weights, prediction: own.output.prediction,
        predictionWeights: own.output.weights)
      summary[.adversaryLoss] = own.value
      summary[.adversaryGradientNorm] = judge.learn(
        from: own, rate: rates.adversary, limit: objective.gradientNormLimit)
    }
    if turn.segmenterLearns {
      let step = valueAndGradients(
        of: learners.segmenter.values, mode: .training(recordsStatistics: true), references: segmenter.references,
        precision: precision, generator: generator
      ) { pass in
        let prediction = ObservedPrediction(segmenter(pass.constant(batch.images), in: pass))
        learn(from: prediction.probabilities.variable.value, &pass.generator)
        let loss = segmenterLoss(prediction, batch, against: judge.values, step: step, in: pass)
        return (loss.total, loss)
      }
      generator = step.generator
      summary.add(step.output)
      summary[.gradientNorm] = learners.segmenter.learn(
        from: step, rate: rates.segmenter, limit: objective.gradientNormLimit)
    } else {
      learn(from: prediction(of: learners.segmenter.values, batch, &generator), &generator)
    }
    learners.adversary = judge
    return summary
  }

  /// Class probabilities as in training, of a segmenter that stays as it is.
  private func prediction(
    of values: ParameterSet, _ batch: TrainingBatch, _ generator: inout Generator
  ) -> Tensor {
    let (prediction, after) = evaluate(
      values, mode: .training(recordsStatistics: false), references: segmenter.references, precision: precision,
      generator: generator
    ) { pass in
      (segmenter(pass.constant(batch.images), in: pass).probabilities.variable.value, pass.generator)
    }
    generator = after
    return prediction
  }
}
