import TesseraImaging

extension SplitListing {
  /// Pairs the files of two folders by what their names have in common.
  ///
  /// What would lack its partner and is an overlay beside its label map is a stray.
  init(images: String, labels: String, imageSuffix: String, labelSuffix: String) throws(DatasetError) {
    let imageFiles = try FolderContents(of: images, suffix: imageSuffix)
    let labelFiles = try FolderContents(of: labels, suffix: labelSuffix)
    for (name, path) in imageFiles.files {
      if let map = labelFiles.files[name] {
        samples.append(Sample(name: name, imagePath: path, labelMapPath: map))
      } else {
        imagesWithoutMap.append(path)
      }
    }
    mapsWithoutImage = labelFiles.files.filter { imageFiles.files[$0.key] == nil }.values.sorted()
    samples.sort { $0.name < $1.name }
    imagesWithoutMap.sort()
    strays = imageFiles.strays + labelFiles.strays
    let files = Set(imageFiles.files.values).union(labelFiles.files.values)
    strays += (imagesWithoutMap + mapsWithoutImage).filter { Overlay.isOverlay($0, ofAnyIn: files) }
    imagesWithoutMap.removeAll { Overlay.isOverlay($0, ofAnyIn: files) }
    mapsWithoutImage.removeAll { Overlay.isOverlay($0, ofAnyIn: files) }
    strays.sort()
  }

  /// Keeps the pairs that a list names; what it names and is not there lacks its partner, what it leaves out is stray.
  init(list: PairList, images: String, imageSuffix: String, among found: SplitListing) {
    var unlisted = Set(found.samples.flatMap { [$0.imagePath, $0.labelMapPath] })
    unlisted.formUnion(found.imagesWithoutMap + found.mapsWithoutImage + found.strays)
    for (image, map) in list.pairs {
      unlisted.remove(image)
      unlisted.remove(map)
      switch (isFile(image), isFile(map)) {
      case (true, true):
        samples.append(
          Sample(name: Self.name(of: image, in: images, suffix: imageSuffix), imagePath: image, labelMapPath: map))
      case (true, false): imagesWithoutMap.append(image)
      case (false, true): mapsWithoutImage.append(map)
      case (false, false):
        imagesWithoutMap.append(image)
        mapsWithoutImage.append(map)
      }
    }
    samples.sort { $0.name < $1.name }
    imagesWithoutMap.sort()
    mapsWithoutImage.sort()
    strays = unlisted.sorted()
  }

  private static func name(of path: String, in folder: String, suffix: String) -> String {
    var name = path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
    if name.count > suffix.count, name.lowercased().hasSuffix(suffix.lowercased()) { name.removeLast(suffix.count) }
    return name
  }

  /// Divides samples so that about `fraction` of them validate, spread evenly; at least one on either side if possible.
  func divided(validationFraction fraction: Double) -> (train: SplitListing, val: SplitListing) {
    var train = self
    var val = SplitListing()
    train.samples = []
    for (index, sample) in samples.enumerated() {
      let crosses = Int(Double(index + 1) * fraction) > Int(Double(index) * fraction)
      if crosses { val.samples.append(sample) } else { train.samples.append(sample) }
    }
    if val.samples.isEmpty, train.samples.count > 1 { val.samples.append(train.samples.removeLast()) }
    if train.samples.isEmpty, val.samples.count > 1 { train.samples.append(val.samples.removeFirst()) }
    return (train, val)
  }
}
