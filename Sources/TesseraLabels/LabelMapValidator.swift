/// Checks label maps against a label set and says what is wrong, where, and what probably caused it.
///
/// In a test of any project, with nothing but this library:
///
/// ```swift
/// import Testing
/// import TesseraLabels
///
/// @Test func predictionIsAValidLabelMap() throws {
///   let labelSet = try LabelSet(names: ["background", "cat", "dog"], voidIDs: [255])
///   let prediction = RawLabelMap(width: 3, height: 2, ids: [0, 1, 1, 0, 2, 255] as [UInt8])
///
///   #expect(prediction.isValid(for: labelSet))
///   #expect(prediction.violations(for: labelSet, imageSize: PixelSize(width: 3, height: 2)) == [])
/// }
/// ```
///
/// A violation prints as one line:
///
///     error: 2 pixels hold ids outside the label set: 3 (2 pixels, first at (4, 7)). Correct the map, or name …
///
/// Violations of severity error make a map unusable; warnings are worth a look. ``Summary`` adds what only a
/// collection of maps can show.
public struct LabelMapValidator: Hashable, Sendable {
  /// What the ids may be.
  public let labelSet: LabelSet
  /// The share of void, in 0...1, above which a map earns a warning.
  public let maximumVoidShare: Double

  /// Makes a validator; by default it warns where more than half of a map is void.
  public init(_ labelSet: LabelSet, maximumVoidShare: Double = 0.5) {
    self.labelSet = labelSet
    self.maximumVoidShare = maximumVoidShare
  }

  /// The rules that a map breaks, errors first.
  ///
  /// - Parameters:
  ///   - map: the ids as stored.
  ///   - imageSize: the size of the image that the map belongs to, if there is one to compare with.
  /// - Complexity: linear in the pixels.
  public func violations(in map: RawLabelMap, imageSize: PixelSize? = nil) -> [Violation] {
    violations(in: map, histogram: IDHistogram(of: map), imageSize: imageSize)
  }

  func violations(in map: RawLabelMap, histogram: IDHistogram, imageSize: PixelSize?) -> [Violation] {
    var found: [Violation] = []
    let pixelCount = map.width * map.height
    if let imageSize, imageSize != map.size {
      found.append(
        Violation(
          .sizeMismatch(map: map.size, image: imageSize), pixelCount: pixelCount, suspectedCause: .otherExport))
    }
    guard pixelCount > 0 else { return found + [Violation(.emptyMap, pixelCount: 0)] }
    found += idViolations(in: map, histogram: histogram)
    if let void = voidViolation(histogram: histogram, pixelCount: pixelCount) { found.append(void) }
    return found
  }

  private func idViolations(in map: RawLabelMap, histogram: IDHistogram) -> [Violation] {
    let trace = InterpolationTrace(of: map, labelSet: labelSet)
    let unknown = histogram.unknown(to: labelSet)
    if !unknown.isEmpty {
      let cause = SuspectedCause(of: unknown, among: histogram, labelSet: labelSet, trace: trace)
      return [
        Violation(
          .unknownIDs(unknown), first: unknown.earliest, pixelCount: unknown.reduce(0) { $0 + $1.pixelCount },
          suspectedCause: cause)
      ]
    }
    guard trace.isSuspect else { return [] }
    return [
      Violation(
        .inBetweenIDs(share: trace.share), first: trace.first, pixelCount: trace.inBetween,
        suspectedCause: .interpolation)
    ]
  }

  private func voidViolation(histogram: IDHistogram, pixelCount: Int) -> Violation? {
    let void = histogram.occurrences.filter { labelSet.meanings[$0.id] == .void }
    let voidCount = void.reduce(0) { $0 + $1.pixelCount }
    let share = Double(voidCount) / Double(pixelCount)
    guard voidCount == pixelCount || share > maximumVoidShare else { return nil }
    return Violation(
      voidCount == pixelCount ? .allVoid : .voidShare(share), first: void.earliest, pixelCount: voidCount)
  }
}

extension Collection<IDOccurrence> {
  /// The first pixel of all, row by row from the top.
  fileprivate var earliest: PixelPosition? {
    map(\.first).min { ($0.y, $0.x) < ($1.y, $1.x) }
  }
}
