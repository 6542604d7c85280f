/// A colour for each class by its index, and one for void.
public struct Palette: Hashable, Sendable {
  /// The colours in class order.
  public let colors: [Color]
  /// The colour of void pixels.
  public let void: Color

  /// Makes a palette of given colours.
  public init(colors: [Color], void: Color = .black) {
    self.colors = colors
    self.void = void
  }

  /// The colour of a label.
  ///
  /// - Precondition: a class index lies in `0..<colors.count`.
  public subscript(label: Label) -> Color {
    switch label {
    case .index(let index):
      precondition(colors.indices.contains(index), "Palette: class \(index) outside 0..<\(colors.count)")
      return colors[index]
    case .void: return void
    }
  }
}

extension LabelSet {
  /// The colours of the classes; void takes the first of black, Pascal VOC's cream and white that no class has.
  public var palette: Palette {
    let colors = classes.map(\.color)
    let void = [Color.black, .cream, .white].first { !colors.contains($0) } ?? .black
    return Palette(colors: colors, void: void)
  }

  /// Makes a set of names alone: the stored id of a class is its index.
  ///
  /// The colours come from ``Palette/distinct(count:)``.
  ///
  /// - Throws: ``LabelSetError`` as ``init(classes:voidIDs:)`` does.
  public init(names: [String], voidIDs: Set<Int> = []) throws(LabelSetError) {
    guard names.count <= LabelMap.maximumClassCount else { throw .classCount(names.count) }
    let colors = Palette.distinct(count: names.count).colors
    try self.init(classes: zip(names, colors).map { LabelClass(name: $0, color: $1) }, voidIDs: voidIDs)
  }
}
