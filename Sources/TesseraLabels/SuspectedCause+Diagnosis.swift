extension SuspectedCause {
  /// Guesses why a map holds ids that the label set does not name; nil where nothing fits.
  ///
  /// The order matters: what the pixels show (ramps) is stronger evidence than what the list of ids shows, and among
  /// the lists the narrower pattern goes first.
  init?(
    of unknown: [IDOccurrence], among histogram: IDHistogram, labelSet: LabelSet, trace: InterpolationTrace
  ) {
    let ids = histogram.occurrences.map(\.id)
    if ids == [0, 255] || ids == [255] && labelSet.count <= 2 {
      self = .binaryMask
    } else if let factor = Self.stretchFactor(of: ids) {
      self = .stretchedToTwoBytes(factor: factor)
    } else if Self.areInstanceIDs(unknown) {
      self = .instanceIDs
    } else if trace.isSuspect || Self.isBlended(unknown, trace: trace) {
      self = .interpolation
    } else if unknown.map(\.id) == [255] {
      self = .undeclaredVoid(255)
    } else if Self.namesPredecessors(of: ids, labelSet) {
      self = ids.first == 0 ? .zeroIsVoid : .shiftedByOne
    } else if Self.areCityscapesLabelIDs(ids, labelSet) {
      self = .cityscapesLabelIDs
    } else if Self.areGreyLevels(ids, classCount: labelSet.count) {
      self = .greyLevels(ids)
    } else {
      return nil
    }
  }

  /// 257 where a byte `v` was stored as `v · 257`, 256 where as `v · 256`.
  private static func stretchFactor(of ids: [Int]) -> Int? {
    guard let largest = ids.last, largest > UInt8.max else { return nil }
    return [257, 256].first { factor in ids.allSatisfy { $0.isMultiple(of: factor) } }
  }

  /// Whether the unknown ids are those of Cityscapes' instances, whose classes go up to 33.
  private static func areInstanceIDs(_ unknown: [IDOccurrence]) -> Bool {
    unknown.contains { $0.id >= 1000 } && unknown.allSatisfy { $0.id < 34 || (1000..<34_000).contains($0.id) }
  }

  /// Whether a good part of the unknown ids sits where regions meet, as an anti-aliased brush puts them.
  private static func isBlended(_ unknown: [IDOccurrence], trace: InterpolationTrace) -> Bool {
    let pixelCount = unknown.reduce(0) { $0 + $1.pixelCount }
    return trace.unknownInBetween >= InterpolationTrace.leastPixels && 2 * trace.unknownInBetween >= pixelCount
  }

  /// Whether every id but 0 would be known if it were one less, apart from ids that mean void already.
  private static func namesPredecessors(of ids: [Int], _ labelSet: LabelSet) -> Bool {
    ids.allSatisfy { $0 == 0 || labelSet.meanings[$0 - 1] != nil || labelSet.meanings[$0] == .void }
  }

  /// Whether ids stay in 0...33 and hold most of road, building, vegetation, sky and car, or the set is Cityscapes'.
  private static func areCityscapesLabelIDs(_ ids: [Int], _ labelSet: LabelSet) -> Bool {
    guard ids.allSatisfy({ $0 <= 33 }) else { return false }
    return labelSet.count == LabelSet.cityscapes.count || [7, 11, 21, 23, 26].count { ids.contains($0) } >= 4
  }

  /// Whether at least three ids, no more than classes and void, are spread evenly up to the upper half of a byte.
  private static func areGreyLevels(_ ids: [Int], classCount: Int) -> Bool {
    guard (3...max(3, classCount + 1)).contains(ids.count), let first = ids.first, let last = ids.last,
      (128...255).contains(last)
    else { return false }
    let step = Double(last - first) / Double(ids.count - 1)
    return step >= 2
      && ids.enumerated().allSatisfy { abs(Double($1 - first) - Double($0) * step) <= 1 }
  }
}
