#if canImport(Glibc)
  import Glibc
#endif

extension Tensor {
  /// The mean entropy of the softmax of class scores, in nats, over one pixel of every `stride` of each image.
  ///
  /// A sample is enough to follow a training, and costs nothing beside it.
  ///
  /// - Precondition: `[batch, classes, height, width]`, in `.rows`; the stride is at least 1.
  public func meanEntropy(stride: Int = 61) -> Float {
    precondition(shape.rank == 4 && shape[1] >= 1 && stride >= 1, "meanEntropy: scores \(shape), stride \(stride)")
    let (classes, pixels) = (shape[1], shape[2] * shape[3])
    let (total, count) = withElements { scores in
      var total = 0.0
      var count = 0
      for image in 0..<shape[0] {
        for pixel in Swift.stride(from: 0, to: pixels, by: stride) {
          let first = image * classes * pixels + pixel
          let scores = (0..<classes).map { Double(scores[first + $0 * pixels]) }
          total += entropy(ofSoftmax: scores)
          count += 1
        }
      }
      return (total, count)
    }
    return Float(total / Double(Swift.max(count, 1)))
  }
}

/// H = ln Σ e^z − Σ z·e^z / Σ e^z, shifted by the largest score.
private func entropy(ofSoftmax scores: [Double]) -> Double {
  let largest = scores.max() ?? 0
  let exponentials = scores.map { exp($0 - largest) }
  let sum = exponentials.reduce(0, +)
  return log(sum) - zip(scores, exponentials).reduce(0) { $0 + ($1.0 - largest) * $1.1 } / sum
}
