import TesseraLabels
import TesseraTensor

/// What a network says about one image, cut to the image's size.
struct Prediction {
  /// The class of the largest logit of each pixel, ties to the lowest.
  let labels: LabelMap
  /// Softmax, `[classes, height, width]`; nil where not asked for.
  let probabilities: [Float]?

  /// Reads logits, `[1, classes, rows, columns]`, whose first rows and columns are the image's.
  init(logits: Tensor, height: Int, width: Int, withProbabilities: Bool) {
    let (classes, rows, columns) = (logits.shape[1], logits.shape[2], logits.shape[3])
    func cut<Element>(_ planes: [Element], count: Int) -> [Element] {
      guard rows != height || columns != width else { return planes }
      return (0..<count * height).flatMap { line in
        let start = (line / height * rows + line % height) * columns
        return planes[start..<start + width]
      }
    }
    labels = LabelMap(
      width: width, height: height, classCount: classes, indices: cut(logits.largestChannel(), count: 1))
    probabilities = withProbabilities ? cut(logits.softmax().elements, count: classes) : nil
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
