public import TesseraModels
package import TesseraNN
public import TesseraTensor

/// A step of cross-entropy alone.
public struct SupervisedStep: Sendable {
  /// The network that is trained to be used.
  public let segmenter: any Segmenter
  /// What is minimised: its l_mce alone.
  public let objective: Objective
  /// How maps between the layers are stored.
  public let precision: Precision

  /// Describes a step.
  public init(segmenter: any Segmenter, objective: Objective, precision: Precision = .f32) {
    self.segmenter = segmenter
    self.objective = objective
    self.precision = precision
  }

  /// Takes the step.
  public func advance(
    _ learner: inout Learner, with batch: TrainingBatch, rate: Float, generator: inout Generator
  ) -> StepSummary {
    let step = differentiated(learner.values, batch, generator: generator)
    generator = step.generator
    var summary = StepSummary()
    summary[.crossEntropy] = step.value
    summary[.entropy] = step.output
    summary[.gradientNorm] = learner.learn(from: step, rate: rate, limit: objective.gradientNormLimit)
    return summary
  }

  /// l_mce and its gradients, with the entropy of the predictions.
  package func differentiated(
    _ values: ParameterSet, _ batch: TrainingBatch, generator: Generator
  ) -> Differentiation<Float> {
    valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), references: segmenter.references, precision: precision,
      generator: generator
    ) { pass in
      let logits = segmenter(pass.constant(batch.images), in: pass).variable
      return (crossEntropy(logits, batch.labels, weights: objective.classWeights), logits.value.meanEntropy())
    }
  }
}
