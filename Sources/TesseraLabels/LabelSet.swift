/// The classes of a data set: their names and colours, and which stored id means which class or void.
public struct LabelSet: Hashable, Sendable {
  /// The classes in index order.
  public let classes: [LabelClass]
  /// What each stored id means.
  ///
  /// An id that is not here is unknown.
  public let meanings: [Int: Label]

  /// Number of classes.
  public var count: Int { classes.count }

  /// Makes a set in which the stored id of a class is its index.
  ///
  /// - Parameters:
  ///   - classes: the classes in index order.
  ///   - voidIDs: stored ids that mean void.
  /// - Throws: ``LabelSetError`` where an id means two things, a name stands twice or there is no class.
  public init(classes: [LabelClass], voidIDs: Set<Int> = []) throws(LabelSetError) {
    var meanings: [Int: Label] = [:]
    for index in classes.indices { meanings[index] = .index(index) }
    for id in voidIDs.sorted() {
      if classes.indices.contains(id) { throw .ambiguousID(id, [.index(id), .void]) }
      meanings[id] = .void
    }
    try self.init(classes: classes, meanings: meanings)
  }

  /// Makes a set whose stored ids mean what `meanings` says, such as `[0: .index(0), 128: .index(1), 255: .void]`.
  ///
  /// - Throws: ``LabelSetError`` where a class index or an id is out of range, a name stands twice or there is no class.
  public init(classes: [LabelClass], meanings: [Int: Label]) throws(LabelSetError) {
    guard (1...LabelMap.maximumClassCount).contains(classes.count) else { throw .classCount(classes.count) }
    var seen: Set<String> = []
    for item in classes where !seen.insert(item.name).inserted { throw .duplicateName(item.name) }
    for (id, label) in meanings {
      guard (0...Int(UInt16.max)).contains(id) else { throw .idOutOfRange(id) }
      if case .index(let index) = label, !classes.indices.contains(index) {
        throw .unknownClass(index: index, id: id)
      }
    }
    self.classes = classes
    self.meanings = meanings
  }
}
