extension LabelMapValidator {
  /// What a collection of maps, such as a split of a data set, shows as a whole.
  ///
  /// Checks each map on the way, so that every pixel is counted once:
  ///
  /// ```swift
  /// var summary = LabelMapValidator.Summary(LabelMapValidator(.camVid))
  /// for map in maps { report(summary.check(map)) }
  /// report(summary.violations)
  /// ```
  public struct Summary: Hashable, Sendable {
    /// Checks the single maps.
    public let validator: LabelMapValidator
    /// Number of maps so far.
    public private(set) var mapCount = 0
    /// How many maps show each class, in class order.
    public private(set) var mapCounts: [Int]
    /// How many pixels of all maps show each class, in class order.
    public private(set) var classPixelCounts: [Int]
    /// How many pixels of all maps are void.
    public private(set) var voidPixelCount = 0
    /// How many pixels of all maps hold an id that the label set does not name.
    public private(set) var unknownPixelCount = 0

    private var ids: Set<Int> = []

    /// Starts with no maps.
    public init(_ validator: LabelMapValidator) {
      self.validator = validator
      mapCounts = [Int](repeating: 0, count: validator.labelSet.count)
      classPixelCounts = mapCounts
    }

    /// Checks one map, as ``LabelMapValidator/violations(in:imageSize:)`` does, and takes it into account.
    public mutating func check(_ map: RawLabelMap, imageSize: PixelSize? = nil) -> [Violation] {
      let histogram = IDHistogram(of: map)
      add(histogram)
      return validator.violations(in: map, histogram: histogram, imageSize: imageSize)
    }

    /// Takes the maps of another summary into account, for maps checked side by side.
    ///
    /// - Precondition: both summaries have the same label set.
    public mutating func merge(_ other: Summary) {
      precondition(validator.labelSet == other.validator.labelSet, "Summary: merging two label sets")
      mapCount += other.mapCount
      for index in mapCounts.indices {
        mapCounts[index] += other.mapCounts[index]
        classPixelCounts[index] += other.classPixelCounts[index]
      }
      voidPixelCount += other.voidPixelCount
      unknownPixelCount += other.unknownPixelCount
      ids.formUnion(other.ids)
    }

    /// The classes that no map shows, in class order.
    public var absentClasses: [Int] { mapCounts.indices.filter { mapCounts[$0] == 0 } }

    /// The rules that the maps break together; none as long as there is no map.
    public var violations: [Violation] {
      let absent = absentClasses
      guard mapCount > 0, !absent.isEmpty else { return [] }
      let names = absent.map { validator.labelSet.classes[$0].name }
      return [Violation(.absentClasses(names), pixelCount: 0, suspectedCause: shiftIfLikely)]
    }

    private mutating func add(_ histogram: IDHistogram) {
      mapCount += 1
      var shown: Set<Int> = []
      for occurrence in histogram.occurrences {
        ids.insert(occurrence.id)
        switch validator.labelSet.meanings[occurrence.id] {
        case .index(let index):
          shown.insert(index)
          classPixelCounts[index] += occurrence.pixelCount
        case .void: voidPixelCount += occurrence.pixelCount
        case nil: unknownPixelCount += occurrence.pixelCount
        }
      }
      for index in shown { mapCounts[index] += 1 }
    }

    /// Suspects that ids start at 1 where the set counts from 0, all ids from 1 to the class count occur, and 0 never.
    ///
    /// One map proves nothing: it may just not show class 0.
    private var shiftIfLikely: SuspectedCause? {
      let count = validator.labelSet.count
      guard mapCount > 1, count > 1, validator.labelSet.meanings[0] == .index(0), !ids.contains(0),
        (1...count).allSatisfy(ids.contains)
      else { return nil }
      return .shiftedByOne
    }
  }
}
