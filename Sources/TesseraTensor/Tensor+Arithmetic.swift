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

  /// Adds another tensor element by element, in this tensor's layout and precision.
  ///
  /// - Precondition: the shapes are equal.
  package mutating func add(_ other: Tensor) {
    precondition(shape == other.shape, "add: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout, precision)
    let sum = mutableAddress
    tessera_sum(precision.code, sum, sum, other.address, storedCount)
  }

  /// The element-wise sum, in this tensor's layout and precision.
  package func adding(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape, "adding: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout, precision)
    var result = Tensor(uninitialized: shape, layout: layout, precision: precision)
    tessera_sum(precision.code, result.mutableAddress, address, other.address, storedCount)
    return result
  }

  /// The element-wise product, in this tensor's layout and precision.
  package func multiplied(by other: Tensor) -> Tensor {
    precondition(shape == other.shape, "multiplied: shapes \(shape) and \(other.shape)")
    let other = other.converted(to: layout, precision)
    var result = Tensor(uninitialized: shape, layout: layout, precision: precision)
    tessera_multiply(precision.code, result.mutableAddress, address, other.address, storedCount)
    return result
  }

  /// Every element times a number, in this tensor's layout and precision.
  package func scaled(by factor: Float) -> Tensor {
    var result = Tensor(uninitialized: shape, layout: layout, precision: precision)
    tessera_scale(precision.code, result.mutableAddress, address, storedCount, factor)
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

  /// The sum of all elements, in double precision and in an order that does not depend on the number of threads.
  public func total() -> Double {
    let x = converted(to: .f32)
    return tessera_total(x.pointer, storedCount)
  }

  /// The sum of the squares of all elements.
  public func sumOfSquares() -> Double {
    let x = converted(to: .f32)
    return tessera_squares(x.pointer, storedCount)
  }

  /// How many elements are infinite or not a number.
  public func nonfiniteCount() -> Int {
    let x = converted(to: .f32)
    return Int(tessera_nonfinite(x.pointer, storedCount))
  }

  /// Keeps each element with probability `keep`, divided by it, and zeroes the others; the mask follows from `seed`.
  package func dropped(keep: Float, seed: UInt64) -> Tensor {
    precondition(keep > 0 && keep <= 1, "dropped: keep \(keep) outside (0, 1]")
    let x = converted(to: .f32)
    var result = Tensor(uninitialized: shape, layout: layout)
    tessera_dropout(result.mutablePointer, x.pointer, storedCount, keep, seed)
    return result.converted(to: precision)
  }
}
