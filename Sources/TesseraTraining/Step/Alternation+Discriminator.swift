import TesseraModels
package import TesseraNN
package import TesseraTensor

extension Alternation {
  /// What a discriminator's step leaves: its verdicts on ground truth and on predictions.
  package typealias DiscriminatorStep = Differentiation<(truth: Tensor, prediction: Tensor)>

  /// l_bce(a(x, y), 1) + l_bce(a(x, s(x)), 0) and its gradients, the prediction constant.
  ///
  /// - Parameter prediction: class probabilities, `[batch, classes, height, width]`.
  package func discriminatorStep(
    of values: ParameterSet, prediction: Tensor, _ batch: TrainingBatch, generator: Generator
  ) -> DiscriminatorStep {
    valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), precision: precision, generator: generator
    ) { pass in
      let probabilities = ClassProbabilities(pass.constant(prediction))
      let truth = discriminator(encodedTruth(of: batch, beside: prediction, in: pass), in: pass)
      let predicted = discriminator(
        objective.encoding(probabilities, images: batch.images, labels: batch.labels, in: pass), in: pass)
      return (
        truth.loss(target: objective.truthTarget) + predicted.loss(target: 0),
        (truth.logits.value, predicted.logits.value)
      )
    }
  }

  /// Ground truth as the discriminator sees it.
  func encodedTruth(of batch: TrainingBatch, beside prediction: Tensor, in pass: ForwardPass) -> EncodedLabelMaps {
    objective.encoding(truth: batch.labels, beside: prediction, images: batch.images, in: pass)
  }
}

extension StepSummary {
  /// Adds how well a discriminator tells ground truth from predictions.
  mutating func add(_ verdicts: (truth: Tensor, prediction: Tensor)) {
    func share(_ logits: [Float], _ isRight: (Float) -> Bool) -> Float {
      Float(logits.count(where: isRight)) / Float(max(logits.count, 1))
    }
    func mean(_ logits: [Float]) -> Float {
      Float(logits.reduce(0.0) { $0 + Double($1) } / Double(max(logits.count, 1)))
    }
    let (truth, prediction) = (verdicts.truth.elements, verdicts.prediction.elements)
    self[.truthAccuracy] = share(truth) { $0 > 0 }
    self[.predictionAccuracy] = share(prediction) { $0 < 0 }
    self[.truthLogit] = mean(truth)
    self[.predictionLogit] = mean(prediction)
  }
}
