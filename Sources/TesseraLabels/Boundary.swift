/// The boundary pixels of all classes of a map.
///
/// A pixel has one class, so one array holds them all.
struct Boundary {
  let size: PixelSize
  /// At a boundary pixel its class, elsewhere void's code.
  private let codes: [UInt16]
  /// Number of boundary pixels of each class.
  let pixelCounts: [Int]

  /// Finds the boundaries of a map; pixels that are void in `mask` are treated as void.
  init(of map: LabelMap, maskedBy mask: LabelMap? = nil) {
    let (width, height) = (map.width, map.height)
    let void = LabelMap.voidCode
    let visible = mask.map { zip(map.codes, $0.codes).map { $1 == void ? void : $0 } } ?? map.codes
    let span = visible.span
    var codes = [UInt16](repeating: void, count: span.count)
    var counts = [Int](repeating: 0, count: map.classCount)
    for y in 0..<height {
      for x in 0..<width {
        let index = y * width + x
        let code = span[index]
        guard code != void else { continue }
        let isBoundary =
          x > 0 && Self.differs(span[index - 1], code)
          || x < width - 1 && Self.differs(span[index + 1], code)
          || y > 0 && Self.differs(span[index - width], code)
          || y < height - 1 && Self.differs(span[index + width], code)
        guard isBoundary else { continue }
        codes[index] = code
        counts[Int(code)] += 1
      }
    }
    size = map.size
    self.codes = codes
    pixelCounts = counts
  }

  private static func differs(_ neighbor: UInt16, _ code: UInt16) -> Bool {
    neighbor != code && neighbor != LabelMap.voidCode
  }

  /// How many boundary pixels of each class have one of the same class in `other` within the disk.
  ///
  /// - Precondition: both boundaries have the same size and number of classes.
  func pixelCounts(near other: Boundary, within disk: Disk) -> [Int] {
    var counts = [Int](repeating: 0, count: pixelCounts.count)
    let (span, others) = (codes.span, other.codes.span)
    let (width, height) = (size.width, size.height)
    for y in 0..<height {
      for x in 0..<width {
        let code = span[y * width + x]
        // Where the other map lacks the class, the search would walk every disk in vain.
        guard code != LabelMap.voidCode, other.pixelCounts[Int(code)] > 0 else { continue }
        for offset in disk.offsets {
          let (column, row) = (x + offset.x, y + offset.y)
          if column >= 0, column < width, row >= 0, row < height, others[row * width + column] == code {
            counts[Int(code)] += 1
            break
          }
        }
      }
    }
    return counts
  }
}
