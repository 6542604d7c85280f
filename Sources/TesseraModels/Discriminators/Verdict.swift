public import TesseraNN
public import TesseraTensor

/// What a discriminator finds: the logits that its inputs are ground truth, and the features it found that from.
public struct Verdict {
  /// One per map, `[batch, 1, 1, 1]`, or one per place, `[batch, 1, height, width]`.
  public let logits: Variable
  /// The last hidden maps, `[batch, features, any height, any width]`: what feature matching compares.
  public let features: Variable
  /// How much each decision counts, of the logits' shape; nil for all alike.
  public let weights: Tensor?

  /// Marks numbers as decisions.
  ///
  /// - Precondition: weights have the logits' shape.
  public init(_ logits: Variable, features: Variable, weights: Tensor? = nil) {
    precondition(weights.map { $0.shape == logits.shape } ?? true, "Verdict: weights for logits \(logits.shape)")
    self.logits = logits
    self.features = features
    self.weights = weights
  }

  /// Binary cross-entropy against being ground truth (`target` 1) or a prediction (0), the mean over decisions by
  /// weight.
  public func loss(target: Float) -> Variable { binaryCrossEntropy(logits, target: target, weights: weights) }
}
