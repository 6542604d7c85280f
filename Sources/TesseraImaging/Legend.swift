import TesseraLabels

/// A table of swatches: which colour is which class, and how much of the picture it covers.
struct Legend {
  /// A line of the table; no colour means that these pixels are left unpainted.
  private struct Entry {
    let text: String
    let color: Color?
  }

  private let entries: [Entry]
  private let scale: Int

  /// Most lines; the classes beyond are counted in one more.
  private static let maximumEntryCount = 64
  /// Longest name that is written out.
  private static let maximumNameLength = 32

  /// Lists what the map holds, class by class, then void.
  ///
  /// - Precondition: `map.classCount == labelSet.count`.
  init(of map: LabelMap, labelSet: LabelSet, scale: Int) {
    self.scale = scale
    var counts = [Int](repeating: 0, count: labelSet.count + 1)
    for index in map.indices(void: UInt16(labelSet.count)) { counts[Int(index)] += 1 }
    let total = map.width * map.height
    let present = counts.indices.filter { counts[$0] > 0 }
    let listed = present.prefix(Self.maximumEntryCount)
    let names = listed.map { $0 == labelSet.count ? "void" : Self.shortened(labelSet.classes[$0].name) }
    let widest = names.map(\.count).max() ?? 0
    var entries = zip(listed, names).map { index, name in
      Entry(
        text: Self.padded(name, to: widest) + Self.percentage(counts[index], of: total),
        color: index == labelSet.count ? nil : labelSet.classes[index].color)
    }
    if present.count > listed.count {
      entries.append(Entry(text: "and \(present.count - listed.count) more", color: nil))
    }
    self.entries = entries
  }

  /// Points of a swatch's side.
  private static let swatch = 7
  /// Points between things.
  private static let gap = 3

  private var entryWidth: Int {
    (Self.swatch + 2 * Self.gap) * scale + (entries.map { Canvas.width(of: $0.text, scale: scale) }.max() ?? 0)
  }

  /// Pixels that one column of the table needs.
  var minimumWidth: Int { entryWidth + Self.gap * scale }

  private func columnCount(width: Int) -> Int {
    max(1, min(entries.count, (width - Self.gap * scale) / entryWidth))
  }

  private var rowHeight: Int { (Glyph.height + 3) * scale }

  /// Pixels from top to bottom when the table is `width` pixels wide.
  func height(width: Int) -> Int {
    let columns = columnCount(width: width)
    return (entries.count + columns - 1) / columns * rowHeight + Self.gap * scale
  }

  /// Draws the table, filled column by column.
  func draw(on canvas: inout Canvas, y: Int) {
    let columns = columnCount(width: canvas.width)
    let rows = (entries.count + columns - 1) / columns
    let step = min((canvas.width - Self.gap * scale) / columns, entryWidth + 4 * Self.gap * scale)
    for (index, entry) in entries.enumerated() {
      let left = Self.gap * scale + index / rows * step
      let top = y + Self.gap * scale + index % rows * rowHeight
      let side = Self.swatch * scale
      canvas.fill(x: left, y: top, width: side, height: side, Ink.frame)
      canvas.fill(
        x: left + scale, y: top + scale, width: side - 2 * scale, height: side - 2 * scale, entry.color ?? Ink.paper)
      canvas.write(entry.text, x: left + side + Self.gap * scale, y: top, scale: scale, Ink.text)
    }
  }

  private static func shortened(_ name: String) -> String {
    name.count <= maximumNameLength ? name : name.prefix(maximumNameLength - 3) + "..."
  }

  private static func padded(_ name: String, to length: Int) -> String {
    name + String(repeating: " ", count: length - name.count)
  }

  /// A share, right-aligned in seven letters.
  private static func percentage(_ part: Int, of total: Int) -> String {
    let text = Share.percentage(part, of: total)
    return String(repeating: " ", count: max(0, 7 - text.count)) + text
  }
}

/// The colours of everything that is drawn around pictures.
enum Ink {
  static let paper = Color(red: 24, green: 24, blue: 28)
  static let text = Color(red: 236, green: 236, blue: 236)
  static let frame = Color(red: 130, green: 130, blue: 130)
}
