extension Violation {
  /// A rule that a label map breaks, with what it takes to say so.
  public enum Rule: Hashable, Sendable {
    /// The map has no pixels.
    case emptyMap
    /// The map is not as large as its image.
    case sizeMismatch(map: PixelSize, image: PixelSize)
    /// The picture that should hold ids has several channels, that is colours. Whoever decodes it reports this.
    case channelCount(Int)
    /// Pixels hold ids that the label set does not name, in ascending order.
    case unknownIDs([IDOccurrence])
    /// Ids are known, but a suspicious share of the pixels where regions meet lies between the ids on either side.
    case inBetweenIDs(share: Double)
    /// More of the map is void than expected.
    case voidShare(Double)
    /// No pixel has a class.
    case allVoid
    /// No map of a collection shows these classes.
    case absentClasses([String])

    /// A stable name for tables and JSON, such as "unknown-ids".
    public var name: String {
      switch self {
      case .emptyMap: "empty-map"
      case .sizeMismatch: "size-mismatch"
      case .channelCount: "channel-count"
      case .unknownIDs: "unknown-ids"
      case .inBetweenIDs: "in-between-ids"
      case .voidShare: "void-share"
      case .allVoid: "all-void"
      case .absentClasses: "absent-classes"
      }
    }

    /// Whether the map cannot be used, or can but should be looked at.
    public var severity: Severity {
      switch self {
      case .emptyMap, .sizeMismatch, .channelCount, .unknownIDs: .error
      // Real boundaries stay below a twentieth; where most hold ids in between, nothing but blending explains it.
      case .inBetweenIDs(let share): share > 0.5 ? .error : .warning
      case .voidShare, .allVoid, .absentClasses: .warning
      }
    }

    /// What is wrong, in one sentence.
    public var sentence: String {
      switch self {
      case .emptyMap: "The map has no pixels."
      case .sizeMismatch(let map, let image): "The map is \(map), but its image is \(image)."
      case .channelCount(let count): "The map has \(count) channels; ids take one."
      case .unknownIDs(let unknown):
        "\(pixelsHold(unknown.reduce(0) { $0 + $1.pixelCount })) ids outside the label set: \(unknown.summary)."
      case .inBetweenIDs(let share):
        "\(percentage(share)) of the pixels where regions meet hold an id between those on either side."
      case .voidShare(let share): "\(percentage(share)) of the map is void."
      case .allVoid: "Every pixel is void."
      case .absentClasses(let names): "No map shows \(names.joined(separator: ", "))."
      }
    }

    /// What to do where the ids tell no cause, in one sentence.
    public var remedy: String {
      switch self {
      case .emptyMap: "Export the map again."
      case .sizeMismatch: "Export both at the same size; a label map must never be resized silently."
      case .channelCount: "Export one channel of ids, or give the colour of each class (colors)."
      case .unknownIDs: "Correct the map, or name these ids in the label set."
      case .inBetweenIDs: "Look at the borders of the regions, and export the map again without interpolation."
      case .voidShare, .allVoid: "Leave the map out, or label more of it."
      case .absentClasses: "Add maps that show them, or drop the classes; they can be neither learned nor measured."
      }
    }
  }
}
