/// What lies in the folders of one split: pairs, what lacks its partner and what is no sample at all.
public struct SplitListing: Hashable, Sendable {
  /// The pairs, sorted by name.
  public internal(set) var samples: [Sample] = []
  /// Images without a label map, sorted.
  public internal(set) var imagesWithoutMap: [String] = []
  /// Label maps without an image, sorted.
  public internal(set) var mapsWithoutImage: [String] = []
  /// Other files, which are ignored, sorted.
  public internal(set) var strays: [String] = []
}
