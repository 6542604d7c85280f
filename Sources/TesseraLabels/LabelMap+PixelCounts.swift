extension LabelMap {
  /// How many pixels hold each label, in one pass.
  public var pixelCounts: PixelCounts {
    var counts = [Int](repeating: 0, count: classCount + 1)
    let span = codes.span
    // Void's code is above every class, so the smaller of the two leads to the last counter.
    let last = UInt16(classCount)
    for index in span.indices { counts[Int(min(span[index], last))] += 1 }
    let void = counts.removeLast()
    return PixelCounts(classes: counts, void: void)
  }
}

/// How many pixels hold each label.
public struct PixelCounts: Hashable, Sendable {
  /// Pixels of each class, in class order.
  public let classes: [Int]
  /// Pixels that are void.
  public let void: Int

  /// Pixels in all.
  public var total: Int { classes.reduce(void, +) }

  /// Pixels of one label.
  ///
  /// - Precondition: a class index lies in `0..<classes.count`.
  public subscript(label: Label) -> Int {
    switch label {
    case .index(let index): classes[index]
    case .void: void
    }
  }
}
