import CTesseraKernels

extension Tensor {
  /// Softmax over the channels of a map.
  package func softmax() -> Tensor {
    let x = classMap("softmax")
    var y = Tensor(uninitialized: shape)
    tessera_softmax(y.mutablePointer, x.pointer, shape[0], shape[1], shape[2] * shape[3])
    return y
  }

  /// The gradient of softmax, where this tensor is its result.
  package func softmaxGradient(_ dy: Tensor) -> Tensor {
    precondition(shape == dy.shape, "softmaxGradient: shapes \(shape) and \(dy.shape)")
    let y = classMap("softmaxGradient")
    let dy = dy.converted(to: .rows)
    var dx = Tensor(uninitialized: shape)
    tessera_softmax_backward(dx.mutablePointer, dy.pointer, y.pointer, shape[0], shape[1], shape[2] * shape[3])
    return dx
  }

  /// ln Σ_c e^x over the channels of a map, `[batch, 1, height, width]`, and its softmax.
  package func logSumExp() -> (value: Tensor, softmax: Tensor) {
    let x = classMap("logSumExp").converted(to: .f32)
    var value = Tensor(uninitialized: [shape[0], 1, shape[2], shape[3]])
    var y = Tensor(uninitialized: shape)
    tessera_log_sum_exp(
      value.mutablePointer, y.mutablePointer, x.pointer, shape[0], shape[1], shape[2] * shape[3])
    return (value, y)
  }

  /// Every pixel's channels times the pixel's own number; `factors` is `[batch, 1, height, width]`.
  package func multipliedByPixel(_ factors: Tensor) -> Tensor {
    let x = classMap("multipliedByPixel").converted(to: .f32)
    precondition(
      factors.shape == [shape[0], 1, shape[2], shape[3]], "multipliedByPixel: map \(shape) with \(factors.shape)")
    let factors = factors.converted(to: .rows, .f32)
    var y = Tensor(uninitialized: shape)
    tessera_multiply_pixels(
      y.mutablePointer, x.pointer, factors.pointer, shape[0], shape[1], shape[2] * shape[3])
    return y
  }

  /// Cross-entropy of logits with the uniform distribution, summed over pixels by weight, and its gradient.
  ///
  /// - Parameter weights: one number per pixel, `[batch, 1, height, width]`, or nil for 1.
  package func uniformCrossEntropy(weights: Tensor?) -> (loss: Double, gradient: Tensor) {
    let x = classMap("uniformCrossEntropy").converted(to: .f32)
    precondition(
      weights.map { $0.shape == [shape[0], 1, shape[2], shape[3]] } ?? true,
      "uniformCrossEntropy: logits \(shape), weights \(weights?.shape ?? .scalar)")
    let w = weights?.converted(to: .rows, .f32)
    var dx = Tensor(uninitialized: shape)
    let loss = tessera_uniform_cross_entropy(
      dx.mutablePointer, x.pointer, w?.pointer, shape[0], shape[1], shape[2] * shape[3])
    return (loss, dx)
  }

  /// Cross-entropy of logits averaged over labelled pixels by their classes' weights, and its gradient.
  ///
  /// - Parameter weights: one number per class, or nil for 1.
  /// - Returns: the mean and its gradient, both 0 where every pixel is void.
  package func crossEntropy(_ labels: LabelBatch, weights: Tensor?) -> (loss: Double, gradient: Tensor) {
    let x = classMap("crossEntropy", labels)
    precondition(
      labels.classCount <= shape[1] && (weights == nil || weights?.shape == [shape[1]]),
      "crossEntropy: logits \(shape), \(labels.classCount) classes, weights \(weights?.shape ?? .scalar)")
    let weight = tessera_label_weight(labels.indices, weights?.pointer, labels.indices.count)
    let share = weight > 0 ? 1 / weight : 0
    var dx = Tensor(uninitialized: shape)
    let scratch = Scratch(numbers: tessera_cross_entropy_scratch_count(shape[1]))
    let sum = tessera_cross_entropy(
      dx.mutablePointer, x.pointer, labels.indices, weights?.pointer, Float(share), shape[0], shape[1],
      shape[2] * shape[3], scratch.pointer)
    return (sum * share, dx)
  }

  /// One channel per class: 1 where the pixel is of the class, else 0; a void pixel is 0 everywhere.
  public static func oneHot(_ labels: LabelBatch) -> Tensor {
    let shape = labels.shape
    var y = Tensor(uninitialized: [shape[0], labels.classCount, shape[1], shape[2]])
    tessera_one_hot(y.mutablePointer, labels.indices, shape[0], labels.classCount, shape[1] * shape[2])
    return y
  }

  /// The same map with 0 in every channel of a void pixel.
  package func maskingVoid(_ labels: LabelBatch) -> Tensor {
    let x = classMap("maskingVoid", labels)
    var y = Tensor(uninitialized: shape)
    tessera_mask_void(y.mutablePointer, x.pointer, labels.indices, shape[0], shape[1], shape[2] * shape[3])
    return y
  }

  /// Softens ground truth by these class probabilities, so that exact zeros and ones do not betray it.
  ///
  /// With `l` a pixel's true class, `s` its probabilities and τ the threshold:
  ///
  ///     y[l] = max(τ, s[l])
  ///     y[c] = s[c] · (1 − τ) / (1 − s[l])    c ≠ l; s[c] itself where s[l] ≥ τ
  ///
  /// A void pixel is 0 everywhere; the others sum to 1 as the probabilities do.
  ///
  /// - Parameters:
  ///   - labels: of as many classes as there are channels.
  ///   - threshold: τ, the least probability of the true class.
  /// - Precondition: τ lies in 0...1.
  ///
  /// Source: Luc et al. 2016 (arXiv:1611.08408), section 3.2.
  package func softenedTruth(_ labels: LabelBatch, threshold: Float) -> Tensor {
    let x = classMap("softenedTruth", labels).converted(to: .f32)
    precondition(
      labels.classCount == shape[1] && (0...1).contains(threshold),
      "softenedTruth: probabilities \(shape), \(labels.classCount) classes, threshold \(threshold)")
    var y = Tensor(uninitialized: shape)
    tessera_soften_labels(
      y.mutablePointer, x.pointer, labels.indices, threshold, shape[0], shape[1], shape[2] * shape[3])
    return y
  }

  /// The channel of each pixel's largest value, ties to the lowest, `[batch · height · width]` in row-major order.
  package func largestChannel() -> [UInt16] {
    let x = classMap("largestChannel")
    return [UInt16](unsafeUninitializedCapacity: shape[0] * shape[2] * shape[3]) { buffer, count in
      if let base = buffer.baseAddress {
        tessera_largest_class(base, nil, x.pointer, shape[0], shape[1], shape[2] * shape[3])
      }
      count = shape[0] * shape[2] * shape[3]
    }
  }

  /// Binary cross-entropy from logits summed over all elements by weight, and its gradient.
  package func binaryCrossEntropy(target: Float, weights: Tensor? = nil) -> (loss: Double, gradient: Tensor) {
    precondition(target >= 0 && target <= 1, "binaryCrossEntropy: target \(target) outside 0...1")
    precondition(
      weights.map { $0.shape == shape } ?? true, "binaryCrossEntropy: weights of another shape than \(shape)")
    let z = converted(to: .rows, .f32)
    let w = weights?.converted(to: .rows, .f32)
    var dz = Tensor(uninitialized: shape)
    let loss = tessera_binary_cross_entropy(dz.mutablePointer, z.pointer, w?.pointer, target, shape.count)
    return (loss, dz)
  }

  private func classMap(_ operation: String, _ labels: LabelBatch? = nil) -> Tensor {
    precondition(shape.rank == 4 && shape[1] >= 1, "\(operation): a map of classes has four axes, not \(shape)")
    if let labels {
      precondition(
        labels.shape == [shape[0], shape[2], shape[3]], "\(operation): map \(shape) with labels \(labels.shape)")
    }
    return converted(to: .rows)
  }
}
