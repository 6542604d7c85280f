import TesseraTensor

extension Variable {
  /// Adds element by element; both gradients are the sum's.
  ///
  /// A map plus `[batch, channels, 1, 1]` adds per channel.
  ///
  /// - Precondition: the shapes are equal, or the right one is per channel.
  public static func + (a: Variable, b: Variable) -> Variable {
    if a.shape == b.shape {
      return .result(a.value.adding(b.value), of: [a, b]) { dy, wanted in wanted.map { $0 ? dy : nil } }
    }
    return .result(a.value.addingByChannel(b.value), of: [a, b]) { dy, wanted in
      [dy, wanted[1] ? dy.summedOverPixels() : nil]
    }
  }

  /// Subtracts element by element.
  ///
  /// - Precondition: the shapes are equal.
  public static func - (a: Variable, b: Variable) -> Variable { a + -1 * b }

  /// Multiplies element by element: da = dy · b, db = dy · a.
  ///
  /// A map times `[batch, channels, 1, 1]` scales channels.
  ///
  /// - Precondition: the shapes are equal, or the right one is per channel.
  public static func * (a: Variable, b: Variable) -> Variable {
    let (left, right) = (a.value, b.value)
    if a.shape == b.shape {
      return .result(left.multiplied(by: right), of: [a, b]) { dy, wanted in
        [wanted[0] ? dy.multiplied(by: right) : nil, wanted[1] ? dy.multiplied(by: left) : nil]
      }
    }
    return .result(
      left.multipliedByChannel(right), of: [a, b],
      terms: { dy, wanted in
        [
          wanted[0] ? .product(dy, perChannel: right) : nil,
          wanted[1] ? .map(dy.dottedOverPixels(left)) : nil,
        ]
      })
  }

  /// Multiplies every element by a number.
  public static func * (factor: Float, x: Variable) -> Variable {
    .result(x.value.scaled(by: factor), of: [x]) { dy, _ in [dy.scaled(by: factor)] }
  }
}

/// Adds all elements up to a scalar; the gradient is the same for each.
public func sum(_ x: Variable) -> Variable {
  let shape = x.shape
  return .result(Tensor(scalar: Float(x.value.total())), of: [x]) { dy, _ in [.filled(shape, with: dy.scalar)] }
}

/// The mean of all elements.
public func mean(_ x: Variable) -> Variable { 1 / Float(max(x.shape.count, 1)) * sum(x) }
