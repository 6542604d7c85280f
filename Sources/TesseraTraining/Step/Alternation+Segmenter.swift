import TesseraModels
package import TesseraNN
import TesseraTensor

extension Alternation {
  /// The segmenter's loss and what it is made of.
  package struct SegmenterLoss {
    /// What is minimised.
    package var total: Variable
    /// l_mce of the labelled images.
    package let crossEntropy: Variable
    /// The adversarial term without λ.
    package let term: Variable
    /// The adversarial term on images without labels, without its weight; nil where it takes no part.
    package var unlabelledTerm: Variable?
    /// Self-training without its weight, and how much of the images is trusted; nil where it takes no part.
    package var selfTraining: (loss: Variable, trusted: Float)?
    /// What was scored.
    let prediction: ObservedPrediction
  }

  /// l_mce plus λ times the adversarial term, and what images without labels add.
  ///
  /// - Parameter step: of adversarial training, from 0.
  package func segmenterLoss(
    _ prediction: ObservedPrediction, _ batch: TrainingBatch, against judgeValues: ParameterSet, step: Int,
    in pass: ForwardPass
  ) -> SegmenterLoss {
    let judge = pass.constants(judgeValues, mode: .training(recordsStatistics: false))
    let crossEntropy = crossEntropy(prediction.scores, batch.labels, weights: objective.classWeights)
    let probabilities = prediction.probabilities
    let verdict = discriminator(
      objective.encoding(probabilities, images: batch.images, labels: batch.labels, in: pass), in: judge)
    let reference = objective.term.reference {
      discriminator(encodedTruth(of: batch, beside: probabilities.variable.value, in: pass), in: judge)
    }
    let term = objective.term.loss(verdict, reference: reference)
    var loss = SegmenterLoss(
      total: crossEntropy + objective.lambda * term, crossEntropy: crossEntropy, term: term,
      prediction: prediction)
    if let unlabelled = batch.unlabelled {
      add(unlabelled, to: &loss, reference: reference, judge: judge, step: step, in: pass)
    }
    return loss
  }

  /// Adds what images without labels contribute.
  private func add(
    _ batch: UnlabelledBatch, to loss: inout SegmenterLoss, reference: Variable?, judge: ForwardPass,
    step: Int,
    in pass: ForwardPass
  ) {
    let weights = objective.unlabelled
    let trains = weights.selfTrainingLambda > 0 && step >= weights.selfTrainingStart
    guard weights.lambda > 0 || trains else { return }
    let logits = segmenter(pass.constant(batch.images), in: pass)
    let probabilities = logits.probabilities
    let verdict = discriminator(
      objective.encoding(probabilities, images: batch.images, labels: batch.shown, in: pass), in: judge)
    if weights.lambda > 0 {
      let term = objective.term.loss(verdict, reference: reference)
      loss.unlabelledTerm = term
      loss.total = loss.total + weights.lambda * term
    }
    guard trains else { return }
    let own = SelfLabels(
      of: probabilities.variable.value, shown: batch.shown, trusted: verdict.logits.value, above: weights.threshold)
    let selfTraining = crossEntropy(logits.variable, own.labels)
    loss.selfTraining = (selfTraining, own.trustedShare)
    loss.total = loss.total + weights.selfTrainingLambda * selfTraining
  }
}

extension StepSummary {
  /// Adds what the segmenter's loss was made of; its gradients must have been read.
  mutating func add(_ loss: Alternation.SegmenterLoss) {
    self[.crossEntropy] = loss.crossEntropy.value.scalar
    self[.entropy] = loss.prediction.logits.variable.value.meanEntropy()
    self[.adversarialTerm] = loss.term.value.scalar
    self[.crossEntropyGradient] = loss.prediction.crossEntropyGradient.value
    self[.adversarialGradient] = loss.prediction.adversarialGradient.value
    self[.unlabelledTerm] = loss.unlabelledTerm?.value.scalar
    self[.selfTraining] = loss.selfTraining?.loss.value.scalar
    self[.trustedShare] = loss.selfTraining?.trusted
  }
}
