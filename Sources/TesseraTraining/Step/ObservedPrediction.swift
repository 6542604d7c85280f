package import TesseraModels
import TesseraNN

/// A segmenter's scores, read by both terms of its loss so that the gradient of each can be told.
package struct ObservedPrediction {
  /// The scores, and what they were found from.
  package let logits: Logits
  /// The scores as l_mce reads them.
  let scores: Variable
  /// The probabilities that the adversary judges.
  package let probabilities: ClassProbabilities
  /// Norm of the gradient of l_mce, once gradients have been read.
  let crossEntropyGradient = GradientNorm()
  /// Norm of the gradient of the adversarial term.
  let adversarialGradient = GradientNorm()

  /// Lets both terms read the scores.
  package init(_ logits: Logits) {
    self.logits = logits
    scores = observed(logits.variable, by: crossEntropyGradient)
    probabilities = ClassProbabilities(softmax(observed(logits.variable, by: adversarialGradient)))
  }
}
