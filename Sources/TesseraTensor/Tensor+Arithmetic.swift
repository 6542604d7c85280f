import CTesseraKernels

extension Tensor {
  /// A tensor of zeros.
  public static func zeros(_ shape: Shape) -> Tensor { filled(shape, with: 0) }

  /// A tensor whose elements are all the same.
  public static func filled(_ shape: Shape, with value: Float) -> Tensor {
    var result = Tensor(uninitialized: shape)
    tessera_fill(result.mutablePointer, result.storedCount, value)
    return result
  }

  /// Adds another tensor element by element.
  ///
  /// - Precondition: the shapes are equal.
  package mutating func add(_ other: Tensor) {
    precondition(shape == other.shape, "add: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout)
    tessera_add(mutablePointer, other.pointer, storedCount)
  }

  /// The element-wise sum, in this tensor's layout.
  package func adding(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape, "adding: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout)
    var result = Tensor(uninitialized: shape, layout: layout)
    tessera_sum(result.mutablePointer, pointer, other.pointer, storedCount)
    return result
  }

  /// The element-wise product, in this tensor's layout.
  package func multiplied(by other: Tensor) -> Tensor {
    precondition(shape == other.shape, "multiplied: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout)
    var result = Tensor(uninitialized: shape, layout: layout)
    tessera_multiply(result.mutablePointer, pointer, other.pointer, storedCount)
    return result
  }

  /// Every element times a number.
  package func scaled(by factor: Float) -> Tensor {
    var result = Tensor(uninitialized: shape, layout: layout)
    tessera_scale(result.mutablePointer, pointer, storedCount, factor)
    return result
  }

  /// Moves every element a share of the way to another tensor's: x ← x + share·(other − x).
  ///
  /// - Precondition: the shapes are equal.
  package mutating func move(toward other: Tensor, by share: Float) {
    precondition(shape == other.shape, "move: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout)
    tessera_blend(mutablePointer, other.pointer, storedCount, share)
  }

  /// Every channel of a map times its own number; `factors` is `[batch, channels, 1, 1]`.
  package func multipliedByChannel(_ factors: Tensor) -> Tensor {
    checkChannels("multipliedByChannel", factors)
    let x = converted(to: .rows)
    let factors = factors.converted(to: .rows)
    var result = Tensor(uninitialized: shape)
    tessera_multiply_channels(
      result.mutablePointer, x.pointer, factors.pointer, shape[0] * shape[1], shape[2] * shape[3])
    return result
  }

  /// Every channel of a map plus its own number; `terms` is `[batch, channels, 1, 1]`.
  package func addingByChannel(_ terms: Tensor) -> Tensor {
    checkChannels("addingByChannel", terms)
    let x = converted(to: .rows)
    let terms = terms.converted(to: .rows)
    var result = Tensor(uninitialized: shape)
    tessera_add_channels(result.mutablePointer, x.pointer, terms.pointer, shape[0] * shape[1], shape[2] * shape[3])
    return result
  }

  /// The sum over each channel's pixels, `[batch, channels, 1, 1]`.
  package func summedOverPixels() -> Tensor {
    let x = converted(to: .rows)
    var result = Tensor(uninitialized: [shape[0], shape[1], 1, 1])
    tessera_sum_pixels(result.mutablePointer, x.pointer, shape[0] * shape[1], shape[2] * shape[3])
    return result
  }

  /// The sum over each channel's pixels of the product with another map, `[batch, channels, 1, 1]`.
  package func dottedOverPixels(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape, "dottedOverPixels: shapes \(shape) and \(other.shape)")
    let x = converted(to: .rows)
    let other = other.converted(to: .rows)
    var result = Tensor(uninitialized: [shape[0], shape[1], 1, 1])
    tessera_dot_pixels(result.mutablePointer, x.pointer, other.pointer, shape[0] * shape[1], shape[2] * shape[3])
    return result
  }

  /// The sum of all elements, in double precision and in an order that does not depend on the number of threads.
  public func total() -> Double {
    tessera_total(pointer, storedCount)
  }

  /// The sum of the squares of all elements.
  public func sumOfSquares() -> Double {
    tessera_squares(pointer, storedCount)
  }

  /// How many elements are infinite or not a number.
  public func nonfiniteCount() -> Int { Int(tessera_nonfinite(pointer, storedCount)) }

  /// Keeps each element with probability `keep`, divided by it, and zeroes the others; the mask follows from `seed`.
  package func dropped(keep: Float, seed: UInt64) -> Tensor {
    precondition(keep > 0 && keep <= 1, "dropped: keep \(keep) outside (0, 1]")
    var result = Tensor(uninitialized: shape, layout: layout)
    tessera_dropout(result.mutablePointer, pointer, storedCount, keep, seed)
    return result
  }

  private func checkChannels(_ operation: String, _ perChannel: Tensor) {
    precondition(
      shape.rank == 4 && perChannel.shape == [shape[0], shape[1], 1, 1],
      "\(operation): map \(shape) with \(perChannel.shape)")
  }
}

extension Tensor {
  /// A vector of channels for each image of a batch, `[batch, channels, 1, 1]`.
  package func repeated(batch: Int) -> Tensor {
    precondition(shape.rank == 1, "repeated: a vector of channels has one axis, not \(shape)")
    return Tensor([batch, shape[0], 1, 1], (0..<batch).flatMap { _ in elements })
  }

  /// The sum over the batch of one number per channel: `[batch, channels, 1, 1]` to `[channels]`.
  package func summedOverBatch() -> Tensor {
    precondition(shape.rank == 4 && shape[2] == 1 && shape[3] == 1, "summedOverBatch: shape \(shape)")
    let channels = shape[1]
    let all = elements
    return Tensor(
      [channels],
      (0..<channels).map { c in
        Float((0..<shape[0]).reduce(0.0) { $0 + Double(all[$1 * channels + c]) })
      })
  }
}
