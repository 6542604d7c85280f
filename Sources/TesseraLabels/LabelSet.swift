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
  /// - Throws: ``LabelSetError`` where a class index or an id is out of range, a name stands twice or there is no
  ///   class.
  public init(classes: [LabelClass], meanings: [Int: Label]) throws(LabelSetError) {
    if let fault = Self.fault(classes, meanings) { throw fault }
    self.classes = classes
    self.meanings = meanings
  }

  /// Makes a set that stands in the code, so that a fault in it is a bug.
  ///
  /// - Precondition: ``init(classes:meanings:)`` would not throw.
  package init(preset classes: [LabelClass], meanings: [Int: Label]) {
    let fault = Self.fault(classes, meanings)
    precondition(fault == nil, "LabelSet: \(fault?.description ?? "")")
    self.classes = classes
    self.meanings = meanings
  }

  /// Makes a set that stands in the code, in which the stored id of a class is its index.
  ///
  /// - Precondition: ``init(classes:voidIDs:)`` would not throw.
  package init(preset classes: [LabelClass], voidIDs: Set<Int>) {
    precondition(voidIDs.isDisjoint(with: classes.indices), "LabelSet: \(voidIDs.sorted()) mean classes and void")
    var meanings = Dictionary(uniqueKeysWithValues: voidIDs.map { ($0, Label.void) })
    for index in classes.indices { meanings[index] = .index(index) }
    self.init(preset: classes, meanings: meanings)
  }

  private static func fault(_ classes: [LabelClass], _ meanings: [Int: Label]) -> LabelSetError? {
    guard (1...LabelMap.maximumClassCount).contains(classes.count) else { return .classCount(classes.count) }
    var seen: Set<String> = []
    for item in classes where !seen.insert(item.name).inserted { return .duplicateName(item.name) }
    for (id, label) in meanings {
      guard (0...Int(UInt16.max)).contains(id) else { return .idOutOfRange(id) }
      if case .index(let index) = label, !classes.indices.contains(index) {
        return .unknownClass(index: index, id: id)
      }
    }
    return nil
  }
}
