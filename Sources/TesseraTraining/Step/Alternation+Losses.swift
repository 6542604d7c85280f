package import TesseraModels
package import TesseraNN
package import TesseraTensor

extension Alternation {
  /// What a discriminator's step leaves: its verdicts on ground truth and on predictions.
  package typealias DiscriminatorStep = Differentiation<(truth: [Float], prediction: [Float])>

  /// l_mce and its gradients.
  package func crossEntropyStep(
    of values: ParameterSet, _ batch: TrainingBatch, generator: Generator
  ) -> Differentiation<Void> {
    valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), precision: precision, generator: generator
    ) { pass in
      let logits = segmenter(pass.constant(batch.images), in: pass)
      return (crossEntropy(logits.variable, batch.labels, weights: objective.classWeights), ())
    }
  }

  /// l_bce(a(x, y), 1) + l_bce(a(x, s(x)), 0) and its gradients, the prediction constant.
  ///
  /// - Parameter prediction: class probabilities, `[batch, classes, height, width]`.
  package func discriminatorStep(
    of values: ParameterSet, prediction: Tensor, _ batch: TrainingBatch, generator: Generator
  ) -> DiscriminatorStep {
    guard let discriminator else { preconditionFailure("Alternation: there is no discriminator") }
    return valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), precision: precision, generator: generator
    ) { pass in
      let probabilities = ClassProbabilities(pass.constant(prediction))
      let (images, labels) = (batch.images, batch.labels)
      let truth = discriminator(
        objective.encoding(truth: labels, beside: prediction, images: images, in: pass), in: pass)
      let predicted = discriminator(
        objective.encoding(probabilities, images: images, labels: labels, in: pass), in: pass)
      return (
        truth.loss(target: 1) + predicted.loss(target: 0),
        (truth.logits.value.elements, predicted.logits.value.elements)
      )
    }
  }

  /// l_mce plus λ times the adversarial term, and both apart.
  package func segmenterLoss(
    _ logits: Logits, _ probabilities: ClassProbabilities, _ batch: TrainingBatch,
    against discriminatorValues: ParameterSet, in pass: ForwardPass
  ) -> (loss: Variable, crossEntropy: Variable, term: Variable) {
    guard let discriminator else { preconditionFailure("Alternation: there is no discriminator") }
    let crossEntropy = crossEntropy(logits.variable, batch.labels, weights: objective.classWeights)
    let judge = pass.constants(discriminatorValues, mode: .training(recordsStatistics: false))
    let term = objective.term.loss(
      discriminator(
        objective.encoding(probabilities, images: batch.images, labels: batch.labels, in: pass), in: judge))
    return (crossEntropy + objective.lambda * term, crossEntropy, term)
  }
}
