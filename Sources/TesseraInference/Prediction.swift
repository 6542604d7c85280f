import TesseraLabels
import TesseraTensor
import TesseraWeights

/// What a network says about one image.
struct Prediction {
  /// The class of the largest logit of each pixel, ties to the lowest.
  let labels: LabelMap
  /// Softmax, `[classes, height, width]`; nil where not asked for.
  let probabilities: [Float]?
  /// What was put together tile by tile, of which no probabilities are kept.
  private let knownConfidence: [UInt8]?

  /// Reads logits, `[1, classes, height, width]`.
  init(logits: Tensor, withProbabilities: Bool) {
    self.init(
      labels: LabelMap(logits: logits), probabilities: withProbabilities ? logits.softmax().elements : nil,
      confidence: nil)
  }

  /// Takes what is known already.
  init(labels: LabelMap, probabilities: [Float]?, confidence: [UInt8]?) {
    self.labels = labels
    self.probabilities = probabilities
    knownConfidence = confidence
  }

  /// 255 times the largest probability, rounded, `[height, width]`.
  var confidence: [UInt8]? {
    if let knownConfidence { return knownConfidence }
    guard let probabilities else { return nil }
    let pixels = labels.width * labels.height
    return (0..<pixels).map { pixel in
      var largest: Float = 0
      var index = pixel
      while index < probabilities.count {
        largest = max(largest, probabilities[index])
        index += pixels
      }
      return UInt8(min(255, (255 * largest).rounded()))
    }
  }
}
