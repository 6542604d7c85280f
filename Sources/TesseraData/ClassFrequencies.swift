/// How often each class occurs in a split.
public struct ClassFrequencies: Hashable, Sendable, Codable {
  /// Pixels of each class, in index order.
  public private(set) var pixels: [Int]
  /// Pixels with a class in all the maps in which the class occurs, in index order.
  public private(set) var pixelsWherePresent: [Int]
  /// Maps in which each class occurs, in index order.
  public private(set) var maps: [Int]
  /// Void pixels.
  public private(set) var voidPixels: Int

  /// Starts without any map.
  ///
  /// - Precondition: `classCount` is at least 1.
  public init(classCount: Int) {
    precondition(classCount >= 1, "ClassFrequencies: \(classCount) classes")
    pixels = [Int](repeating: 0, count: classCount)
    pixelsWherePresent = pixels
    maps = pixels
    voidPixels = 0
  }

  /// Adds one map's pixels of each class and its void pixels.
  mutating func add(counts: [Int], void: Int) {
    precondition(counts.count == pixels.count, "ClassFrequencies: \(counts.count) counts for \(pixels.count) classes")
    let total = counts.reduce(0, +)
    for (index, count) in counts.enumerated() where count > 0 {
      pixels[index] += count
      pixelsWherePresent[index] += total
      maps[index] += 1
    }
    voidPixels += void
  }

  /// Adds one map given as class indices with ``Batch/void`` for void pixels.
  ///
  /// - Precondition: every class index is below the number of classes.
  mutating func add(classes: [UInt16]) {
    var counts = [Int](repeating: 0, count: pixels.count)
    var void = 0
    for index in classes {
      if index == Batch.void { void += 1 } else { counts[Int(index)] += 1 }
    }
    add(counts: counts, void: void)
  }
}
