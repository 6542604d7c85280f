extension RawLabelMap {
  /// The ids that the map holds, in ascending order, each with its number of pixels and the first of them.
  public var occurrences: [IDOccurrence] { IDHistogram(of: self).occurrences }
}
