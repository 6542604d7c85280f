extension Tensor {
  /// Puts the samples of several tensors one after another along the first axis.
  ///
  /// - Precondition: at least one part, and all have the shape of a sample in common; parts in another layout or
  ///   precision than the first are converted.
  package static func concatenatingSamples(_ parts: [Tensor]) -> Tensor {
    guard let first = parts.first else { preconditionFailure("concatenatingSamples: no part") }
    let sample = first.shape.dimensions.dropFirst()
    precondition(
      parts.allSatisfy { $0.shape.rank >= 1 && $0.shape.dimensions.dropFirst() == sample },
      "concatenatingSamples: shapes \(parts.map(\.shape))")
    let count = parts.reduce(0) { $0 + $1.shape[0] }
    var whole = Tensor(
      uninitialized: Shape([count] + sample), layout: first.layout, precision: first.precision)
    let target = whole.mutableAddress
    var offset = 0
    for part in parts {
      let part = part.converted(to: first.layout, first.precision)
      let bytes = part.storedCount * part.precision.byteCount
      target.advanced(by: offset).copyMemory(from: part.address, byteCount: bytes)
      offset += bytes
    }
    return whole
  }

  /// The samples of a range along the first axis.
  ///
  /// - Precondition: the range lies within it.
  package func samples(_ range: Range<Int>) -> Tensor {
    precondition(
      shape.rank >= 1 && range.lowerBound >= 0 && range.upperBound <= shape[0], "samples: \(range) of \(shape)")
    var part = Tensor(
      uninitialized: Shape([range.count] + shape.dimensions.dropFirst()), layout: layout, precision: precision)
    guard shape[0] > 0 else { return part }
    let bytes = storedCount / shape[0] * precision.byteCount
    part.mutableAddress.copyMemory(
      from: address.advanced(by: range.lowerBound * bytes), byteCount: range.count * bytes)
    return part
  }
}
