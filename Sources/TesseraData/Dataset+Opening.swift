import TesseraImaging
import TesseraLabels

extension Dataset {
  /// The root folder without slashes at its end.
  static func root(of path: String, isDescription: Bool) -> String {
    guard isDescription else {
      var root = path
      while root.count > 1, root.hasSuffix("/") { root.removeLast() }
      return root.isEmpty ? "." : root
    }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Lists the files of every split.
  static func listings(
    root: String, layout: DatasetLayout, description: DatasetDescription?
  ) throws(DatasetError) -> [Split: SplitListing] {
    var listings: [Split: SplitListing] = [:]
    switch layout {
    case .segNet(let splits):
      for split in splits {
        listings[split] = try listing(
          of: split, root: root, images: "\(root)/\(split)", labels: "\(root)/\(split)annot", description: description)
      }
    case .splitFolders(let images, let labels, let splits):
      for split in splits {
        listings[split] = try listing(
          of: split, root: root, images: "\(images)/\(split)", labels: "\(labels)/\(split)", description: description)
      }
    case .flat(let images, let labels):
      listings = try flatListings(root: root, images: images, labels: labels, description: description)
    }
    return listings
  }

  private static func listing(
    of split: Split, root: String, images: String, labels: String, description: DatasetDescription?
  ) throws(DatasetError) -> SplitListing {
    let imageSuffix = description?.imageSuffix ?? ".png"
    let found = try SplitListing(
      images: images, labels: labels, imageSuffix: imageSuffix, labelSuffix: description?.labelSuffix ?? ".png")
    let list = "\(root)/\(split).txt"
    guard isFile(list) else { return found }
    return SplitListing(
      list: try PairList(path: list, root: root), images: images, imageSuffix: imageSuffix, among: found)
  }

  private static func flatListings(
    root: String, images: String, labels: String, description: DatasetDescription?
  ) throws(DatasetError) -> [Split: SplitListing] {
    let listed = Split.allCases.filter { isFile("\(root)/\($0).txt") }
    guard listed.isEmpty else {
      var listings: [Split: SplitListing] = [:]
      for split in listed {
        listings[split] = try listing(
          of: split, root: root, images: images, labels: labels, description: description)
        // What one split's list leaves out is another's.
        listings[split]?.strays = []
      }
      return listings
    }
    guard let fraction = description?.validationFraction else {
      throw DatasetError(
        .missingSplit, root, cause: "images and label maps are not divided into splits",
        remedy: "make folders train and val in both, write lists train.txt and val.txt, or set val_fraction: 0.2 in "
          + DatasetDescription.fileName)
    }
    let found = try SplitListing(
      images: images, labels: labels, imageSuffix: description?.imageSuffix ?? ".png",
      labelSuffix: description?.labelSuffix ?? ".png")
    let divided = found.divided(validationFraction: fraction)
    return [.train: divided.train, .val: divided.val]
  }

  /// The label set of a folder without description: CamVid's for its layout and ids, else an error with an example.
  static func inferredLabelSet(
    root: String, layout: DatasetLayout, listings: [Split: SplitListing]
  ) throws(DatasetError) -> LabelSet {
    let sampled = listings.keys.sorted().flatMap { sampledIDs(of: listings[$0]?.samples ?? [], count: 8) }
    let ids = sampled.reduce(into: Set<Int>()) { $0.formUnion($1) }
    // A broken map or two must not hide which set it is: naming them is the validator's task.
    let fitting = sampled.count { $0.isSubset(of: 0...11) }
    if case .segNet = layout, 2 * fitting > sampled.count { return .camVid }
    let seen = ids.isEmpty ? "" : " (ids seen: \(abbreviated(ids.sorted().map(String.init), limit: 12)))"
    throw DatasetError(
      .missingDescription, root, cause: "nothing says what the ids in the label maps mean\(seen)",
      remedy: "write \(root)/\(DatasetDescription.fileName) with names, and void and label_map where ids differ:",
      example: DatasetDescription.example(ids: ids))
  }

  /// The ids of each of a few label maps, spread evenly; those that cannot be read are left to the validator.
  private static func sampledIDs(of samples: [Sample], count: Int) -> [Set<Int>] {
    let count = min(count, samples.count)
    return (0..<count).compactMap { i in
      guard let map = try? PNG.readLabelMap(at: samples[i * samples.count / count].labelMapPath) else { return nil }
      return switch map.ids {
      case .u8(let values): Set(Set(values).map { Int($0) })
      case .u16(let values): Set(Set(values).map { Int($0) })
      }
    }
  }
}
