import TesseraModels
package import TesseraNN
package import TesseraTensor

extension Alternation {
  /// What a discriminator's step leaves: its logits of ground truth and of predictions, and how much each counts.
  package typealias DiscriminatorStep = Differentiation<(truth: Tensor, prediction: Tensor, weights: Tensor?)>

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
        (truth.logits.value, predicted.logits.value, truth.weights)
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
  ///
  /// - Parameters:
  ///   - truth: logits of ground truth.
  ///   - weights: how much each of them counts; nil for all alike.
  ///   - prediction: logits of predictions.
  ///   - predictionWeights: how much each of those counts.
  mutating func addVerdicts(
    truth: Tensor, weights: Tensor?, prediction: Tensor, predictionWeights: Tensor?
  ) {
    (self[.truthAccuracy], self[.truthLogit]) = Self.means(truth, weights) { $0 > 0 }
    (self[.predictionAccuracy], self[.predictionLogit]) = Self.means(prediction, predictionWeights) { $0 < 0 }
  }

  /// The share of logits that are right, and their mean, both by weight; nil where nothing counts.
  private static func means(
    _ logits: Tensor, _ weights: Tensor?, isRight: (Float) -> Bool
  ) -> (share: Float?, mean: Float?) {
    let numbers = logits.elements
    let weights = weights?.elements ?? [Float](repeating: 1, count: numbers.count)
    var (right, sum, total) = (0.0, 0.0, 0.0)
    for (number, weight) in zip(numbers, weights) where weight > 0 {
      total += Double(weight)
      sum += Double(weight) * Double(number)
      if isRight(number) { right += Double(weight) }
    }
    return total > 0 ? (Float(right / total), Float(sum / total)) : (nil, nil)
  }
}
