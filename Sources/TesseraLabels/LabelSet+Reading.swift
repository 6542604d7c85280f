extension LabelSet {
  /// Reads the stored ids of a map as this set defines them.
  ///
  /// - Throws: ``UnknownIDError`` where the set does not name an id of the map.
  /// - Complexity: linear in the pixels; a table look-up for each.
  public func labelMap(from map: RawLabelMap) throws(UnknownIDError) -> LabelMap {
    let codes =
      switch map.ids {
      case .u8(let ids): codes(of: ids)
      case .u16(let ids): codes(of: ids)
      }
    guard let codes else { throw UnknownIDError(in: map, labelSet: self) }
    return LabelMap(width: map.width, height: map.height, classCount: count, codes: codes)
  }

  /// The codes of a ``LabelMap``, or nil where an id is unknown.
  private func codes<ID: FixedWidthInteger & UnsignedInteger>(of ids: [ID]) -> [UInt16]? {
    let unknown: UInt32 = 1 << 16
    var table = [UInt32](repeating: unknown, count: Int(ID.max) + 1)
    for (id, label) in meanings where id < table.count {
      table[id] =
        switch label {
        case .index(let index): UInt32(index)
        case .void: UInt32(LabelMap.voidCode)
        }
    }
    var met: UInt32 = 0
    let codes = ids.map { id in
      let entry = table[Int(id)]
      met |= entry
      return UInt16(truncatingIfNeeded: entry)
    }
    return met & unknown == 0 ? codes : nil
  }
}
