/// Which ids a raw map holds, how often and where first.
struct IDHistogram {
  /// The ids in ascending order.
  let occurrences: [IDOccurrence]

  init(of map: RawLabelMap) {
    occurrences =
      switch map.ids {
      case .u8(let ids): Self.occurrences(in: ids, width: map.width)
      case .u16(let ids): Self.occurrences(in: ids, width: map.width)
      }
  }

  /// Ids that the set does not name, in ascending order.
  func unknown(to labelSet: LabelSet) -> [IDOccurrence] {
    occurrences.filter { labelSet.meanings[$0.id] == nil }
  }

  // Counts runs, not pixels: a row of a label map is a few long runs.
  private static func occurrences<ID: FixedWidthInteger & UnsignedInteger>(in ids: [ID], width: Int) -> [IDOccurrence] {
    guard let largest = ids.max() else { return [] }
    var counts = [Int](repeating: 0, count: Int(largest) + 1)
    var firsts = [Int](repeating: -1, count: Int(largest) + 1)
    let span = ids.span
    var start = 0
    while start < span.count {
      let id = span[start]
      var end = start + 1
      while end < span.count, span[end] == id { end += 1 }
      counts[Int(id)] += end - start
      if firsts[Int(id)] < 0 { firsts[Int(id)] = start }
      start = end
    }
    return counts.indices.compactMap { id in
      counts[id] == 0
        ? nil
        : IDOccurrence(
          id: id, pixelCount: counts[id], first: PixelPosition(offset: firsts[id], width: width))
    }
  }
}
