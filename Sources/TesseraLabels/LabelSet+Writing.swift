extension LabelSet {
  /// Stores a map with the ids of this set: for each label the lowest id that means it.
  ///
  /// The ids take one byte if all ids of the set fit, else two, so maps of one set are all stored alike.
  ///
  /// - Throws: ``UnstorableLabelError`` where a label of the map has no id in the set.
  /// - Precondition: the map has as many classes as the set.
  /// - Complexity: linear in the pixels; a table look-up for each.
  public func rawLabelMap(from map: LabelMap) throws(UnstorableLabelError) -> RawLabelMap {
    precondition(map.classCount == count, "LabelSet: a map of \(map.classCount) classes for a set of \(count)")
    let counts = map.pixelCounts
    var table = [UInt16](repeating: 0, count: count + 1)
    var stored = [Bool](repeating: false, count: count + 1)
    for (id, label) in meanings.sorted(by: { $0.key > $1.key }) {
      let entry =
        switch label {
        case .index(let index): index
        case .void: count
        }
      table[entry] = UInt16(id)
      stored[entry] = true
    }
    for index in 0..<count where !stored[index] && counts.classes[index] > 0 {
      throw UnstorableLabelError(label: .index(index), pixelCount: counts.classes[index])
    }
    if !stored[count] && counts.void > 0 { throw UnstorableLabelError(label: .void, pixelCount: counts.void) }

    let last = UInt16(count)
    let isNarrow = meanings.keys.allSatisfy { $0 <= UInt8.max }
    return if isNarrow {
      RawLabelMap(
        width: map.width, height: map.height,
        ids: map.codes.map { UInt8(truncatingIfNeeded: table[Int(min($0, last))]) })
    } else {
      RawLabelMap(width: map.width, height: map.height, ids: map.codes.map { table[Int(min($0, last))] })
    }
  }
}

/// A map holds a label for which the label set has no stored id.
public struct UnstorableLabelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The label without an id.
  public let label: Label
  /// How many pixels hold it.
  public let pixelCount: Int

  /// The label, how often it occurs and what to do, in one line.
  public var description: String {
    "The label set has no stored id for \(label), which \(pixelsHold(pixelCount)); add one to the label set."
  }
}
