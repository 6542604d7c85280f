internal import TesseraLabels

/// What differs between the classes of two generations of a model; nil where nothing does.
struct ClassChange: CustomStringConvertible {
  /// Such as "added tree, removed sky, moved road from 2 to 1".
  let description: String

  private static let mostNamed = 8

  init?(from old: [LabelClass], to new: [LabelClass]) {
    guard old != new else { return nil }
    let oldPlaces = Dictionary(old.indices.map { (old[$0].name, $0) }) { first, _ in first }
    let newPlaces = Dictionary(new.indices.map { (new[$0].name, $0) }) { first, _ in first }
    var changes: [String] = []
    for (index, item) in new.enumerated() {
      guard let before = oldPlaces[item.name] else {
        changes.append("added \(item.name)")
        continue
      }
      if before != index { changes.append("moved \(item.name) from \(before) to \(index)") }
      if old[before].color != item.color { changes.append("recoloured \(item.name)") }
    }
    changes += old.filter { newPlaces[$0.name] == nil }.map { "removed \($0.name)" }
    let named = changes.prefix(Self.mostNamed).map { EscapedText($0).description }.joined(separator: ", ")
    let others = changes.count - Self.mostNamed
    description = others > 0 ? "\(named) and \(others) more" : named
  }
}
