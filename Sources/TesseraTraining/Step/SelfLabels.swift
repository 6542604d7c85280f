import TesseraTensor

#if canImport(Glibc)
  import Glibc
#endif

/// The segmenter's own classes as labels, where a discriminator takes them for ground truth; void elsewhere.
///
///     ŷ = argmax s(x) where σ(a(x, s(x))) > T
///
/// Source: Hung et al. 2018 (arXiv:1802.07934), equation 5.
struct SelfLabels {
  /// `[batch, height, width]`.
  let labels: LabelBatch
  /// Share of the pixels shown that are not void.
  let trustedShare: Float

  /// Labels the pixels of a prediction.
  ///
  /// - Parameters:
  ///   - probabilities: `[batch, classes, height, width]`.
  ///   - shown: void where there is no image.
  ///   - logits: the discriminator's, one per place of maps of any smaller size, `[batch, 1, rows, columns]`.
  ///   - threshold: T in 0...1.
  init(of probabilities: Tensor, shown: LabelBatch, trusted logits: Tensor, above threshold: Float) {
    let shape = probabilities.shape
    let (height, width) = (shape[2], shape[3])
    let (rows, columns) = (logits.shape[2], logits.shape[3])
    // σ(z) > T without the sigmoid's rounding.
    let least = log(threshold / (1 - threshold))
    let trusted = logits.elements.map { $0 > least }
    var indices = probabilities.largestChannel()
    var (count, shownCount) = (0, 0)
    for image in 0..<shape[0] {
      for y in 0..<height {
        let place = (image * rows + y * rows / height) * columns
        let pixel = (image * height + y) * width
        for x in 0..<width {
          let isShown = shown.indices[pixel + x] != LabelBatch.void
          if isShown { shownCount += 1 }
          if isShown, trusted[place + x * columns / width] {
            count += 1
          } else {
            indices[pixel + x] = LabelBatch.void
          }
        }
      }
    }
    labels = LabelBatch(shape: [shape[0], height, width], classCount: shape[1], indices: indices)
    trustedShare = Float(count) / Float(max(shownCount, 1))
  }
}
