public import TesseraLabels

/// A folder of images and label maps in splits, and what the ids in the maps mean.
///
/// Three arrangements are known: SegNet's `train/ trainannot/ val/ valannot/`; `images/{train,val}` with
/// `labels/{train,val}` or `masks/{train,val}`; and flat `images/` with `labels/`. A `dataset.yaml` at the root says
/// what the ids mean, see ``DatasetDescription``. Lists `train.txt` and `val.txt` name pairs where names do not; an
/// absolute path in them that leads nowhere is looked for by its last two components below the root.
public struct Dataset: Sendable {
  /// The root folder.
  public let path: String
  /// The classes and what stored ids mean.
  public let labelSet: LabelSet
  /// The files of each split.
  public let listings: [Split: SplitListing]

  /// The splits that there are, in the order train, val, test.
  public var splits: [Split] { listings.keys.sorted() }

  /// Opens a data set: reads description and lists, and lists folders; decodes a few maps where nothing describes it.
  ///
  /// - Parameter path: the root folder, or a description whose folder is the root.
  /// - Throws: what is missing or broken. Unpaired files are no reason: ``samples(in:)`` and validation report them.
  public init(path: String) throws(DatasetError) {
    let isDescription = [".yaml", ".yml"].contains { path.hasSuffix($0) } && isFile(path)
    let root = Self.root(of: path, isDescription: isDescription)
    let descriptionPath = isDescription ? path : "\(root)/\(DatasetDescription.fileName)"
    let description = isFile(descriptionPath) ? try DatasetDescription(path: descriptionPath) : nil
    let layout = try DatasetLayout(root: root, description: description)
    let listings = try Self.listings(root: root, layout: layout, description: description)
    self.path = root
    self.listings = listings
    if let description {
      labelSet = description.labelSet
    } else {
      labelSet = try Self.inferredLabelSet(root: root, layout: layout, listings: listings)
    }
  }

  /// The samples of a split, sorted by name.
  ///
  /// - Throws: `.missingSplit`; `.unpaired` if any file lacks its partner; `.emptySplit`.
  public func samples(in split: Split) throws(DatasetError) -> [Sample] {
    guard let listing = listings[split] else {
      throw DatasetError(
        .missingSplit, path, cause: "there is no split \(split)",
        remedy: "add one, or use \(splits.map(\.rawValue).joined(separator: " or "))")
    }
    try Self.checkPairing(of: listing, in: split)
    guard !listing.samples.isEmpty else {
      let others = listing.strays.isEmpty ? "" : " among \(abbreviated(listing.strays))"
      throw DatasetError(
        .emptySplit, path, cause: "the split \(split) has no pair of image and label map\(others)",
        remedy: "add PNG files of equal names to both folders, or set image_suffix and label_suffix in dataset.yaml")
    }
    return listing.samples
  }

  private static func checkPairing(of listing: SplitListing, in split: Split) throws(DatasetError) {
    let lone = listing.imagesWithoutMap + listing.mapsWithoutImage
    guard let first = lone.first else { return }
    var parts: [String] = []
    if !listing.imagesWithoutMap.isEmpty {
      parts.append("\(listing.imagesWithoutMap.count) without label map (\(abbreviated(listing.imagesWithoutMap)))")
    }
    if !listing.mapsWithoutImage.isEmpty {
      parts.append(
        "\(listing.mapsWithoutImage.count) label maps without image (\(abbreviated(listing.mapsWithoutImage)))")
    }
    throw DatasetError(
      .unpaired, first, cause: "files of the split \(split) lack their partner: \(parts.joined(separator: ", "))",
      remedy: "add the missing files, remove the others, or set image_suffix and label_suffix in dataset.yaml")
  }
}
