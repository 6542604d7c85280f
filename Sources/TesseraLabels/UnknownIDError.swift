/// A map holds ids that the label set does not name.
public struct UnknownIDError: Error, Hashable, Sendable {
  /// The unknown ids in ascending order, at least one.
  public let unknown: [IDOccurrence]
  /// What probably went wrong when the map was made.
  public let suspectedCause: SuspectedCause?

  /// The unknown id that comes first, row by row from the top.
  public let id: Int
  /// The first pixel that holds an unknown id.
  public let first: PixelPosition
  /// Pixels that hold an unknown id.
  public var pixelCount: Int { unknown.reduce(0) { $0 + $1.pixelCount } }

  /// Describes the unknown ids of a map that has some.
  init(in map: RawLabelMap, labelSet: LabelSet) {
    let histogram = IDHistogram(of: map)
    let unknown = histogram.unknown(to: labelSet)
    guard let earliest = unknown.min(by: { ($0.first.y, $0.first.x) < ($1.first.y, $1.first.x) }) else {
      preconditionFailure("UnknownIDError: the label set names every id of the map")
    }
    self.unknown = unknown
    id = earliest.id
    first = earliest.first
    suspectedCause = SuspectedCause(
      of: unknown, among: histogram, labelSet: labelSet, trace: InterpolationTrace(of: map, labelSet: labelSet))
  }
}

extension UnknownIDError: CustomStringConvertible {
  /// The ids, where they are, and what to do, in one line.
  public var description: String {
    let rule = Violation.Rule.unknownIDs(unknown)
    return rule.sentence + " " + (suspectedCause?.description ?? rule.remedy)
  }
}
