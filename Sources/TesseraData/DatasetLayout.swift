/// How the folders of a data set are arranged.
enum DatasetLayout: Hashable, Sendable {
  /// `train/ trainannot/ val/ valannot/`, as SegNet has CamVid.
  case segNet(splits: [Split])
  /// `images/train images/val labels/train labels/val`.
  case splitFolders(images: String, labels: String, splits: [Split])
  /// `images/ labels/`, where lists or a fraction make the splits.
  case flat(images: String, labels: String)

  /// Recognises the arrangement below a root.
  init(root: String, description: DatasetDescription?) throws(DatasetError) {
    let isNamed = description?.images != nil || description?.labels != nil
    let segNet = Split.allCases.filter { isFolder("\(root)/\($0)") && isFolder("\(root)/\($0)annot") }
    if !isNamed && !segNet.isEmpty {
      self = .segNet(splits: segNet)
      return
    }
    let images = resolved(description?.images ?? "images", in: root)
    let labelNames = description?.labels.map { [$0] } ?? ["labels", "masks"]
    let candidates = labelNames.map { resolved($0, in: root) }
    guard isFolder(images), let labels = candidates.first(where: isFolder) else {
      throw Self.unknown(root, looked: [images] + candidates, isNamed: isNamed)
    }
    let withImages = Split.allCases.filter { isFolder("\(images)/\($0)") }
    let withLabels = Split.allCases.filter { isFolder("\(labels)/\($0)") }
    guard withImages == withLabels else {
      let lone = Set(withImages).symmetricDifference(withLabels).sorted()[0]
      let (present, absent) = withImages.contains(lone) ? (images, labels) : (labels, images)
      throw DatasetError(
        .unknownLayout, "\(present)/\(lone)", cause: "there is no folder \(absent)/\(lone) beside it",
        remedy: "give every split a folder of images and a folder of label maps")
    }
    self =
      withImages.isEmpty
      ? .flat(images: images, labels: labels) : .splitFolders(images: images, labels: labels, splits: withImages)
  }

  private static func unknown(_ root: String, looked: [String], isNamed: Bool) -> DatasetError {
    guard isFolder(root) else {
      return DatasetError(.unknownLayout, root, cause: "there is no such folder", remedy: "name the data set's folder")
    }
    let folders = looked.map { $0.hasPrefix(root + "/") ? String($0.dropFirst(root.count + 1)) : $0 }
    let missing = folders.filter { !isFolder(resolved($0, in: root)) }.joined(separator: ", ")
    return DatasetError(
      .unknownLayout, root,
      cause: isNamed
        ? "this is no data set: the folders that dataset.yaml names are not all there (\(missing) missing)"
        : "this is no data set: there is neither train/ with trainannot/ nor images/ with labels/ or masks/",
      remedy: isNamed
        ? "correct images and labels in dataset.yaml"
        : "arrange the files so, or name the folders in a dataset.yaml (images, labels)")
  }
}
