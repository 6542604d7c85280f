import TesseraLabels
import TesseraTensor
import TesseraWeights

/// What a network says about one image.
struct Prediction {
  /// The class of the largest logit of each pixel, ties to the lowest.
  let labels: LabelMap
  /// Softmax, `[classes, height, width]`; nil where not asked for.
  let probabilities: [Float]?

  /// Reads logits, `[1, classes, height, width]`.
  init(logits: Tensor, withProbabilities: Bool) {
    labels = LabelMap(logits: logits)
    probabilities = withProbabilities ? logits.softmax().elements : nil
  }

  /// 255 times the largest probability, rounded, `[height, width]`.
  var confidence: [UInt8]? {
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
