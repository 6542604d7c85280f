/// How often a stored id occurs in a map, and where first.
public struct IDOccurrence: Hashable, Sendable, CustomStringConvertible {
  /// The id as stored.
  public let id: Int
  /// How many pixels hold it, at least 1.
  public let pixelCount: Int
  /// The first of these pixels, row by row from the top.
  public let first: PixelPosition

  /// Makes an occurrence of its parts.
  public init(id: Int, pixelCount: Int, first: PixelPosition) {
    self.id = id
    self.pixelCount = pixelCount
    self.first = first
  }

  /// Such as "12 (30 pixels, first at (4, 7))".
  public var description: String {
    "\(id) (\(pixelCount == 1 ? "1 pixel, at" : "\(pixelCount) pixels, first at") \(first))"
  }
}

extension Collection<IDOccurrence> {
  /// The most frequent ids in words; a map with hundreds of odd ids would drown the message otherwise.
  var summary: String {
    let shown = sorted { ($1.pixelCount, $0.id) < ($0.pixelCount, $1.id) }.prefix(4)
    let rest = count - shown.count
    return shown.map(\.description).joined(separator: ", ")
      + (rest == 0 ? "" : " and \(rest) more id\(rest == 1 ? "" : "s")")
  }
}
