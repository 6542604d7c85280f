import TesseraImaging
public import TesseraLabels

/// A folder of predictions as PNG label maps that hold class indices, named like the samples.
public struct StoredPredictions: Hashable, Sendable {
  /// The folder.
  public let path: String
  private let classes: LabelSet

  /// Names a folder of predictions of these classes.
  ///
  /// - Throws: `.unreadable` where there is no such folder.
  public init(path: String, labelSet: LabelSet) throws(DatasetError) {
    guard isFolder(path) else {
      throw DatasetError(
        .unreadable, path, cause: "there is no such folder", remedy: "name the folder that tessera predict wrote")
    }
    self.path = path
    do {
      // Stored ids differ from indices in some data sets; predictions always hold indices.
      classes = try LabelSet(classes: labelSet.classes)
    } catch {
      throw DatasetError(.invalidDescription, path, cause: "\(error)", remedy: "correct the data set's classes")
    }
  }

  /// Reads the prediction of a sample: `NAME.png` by the sample's name, else by the name of its image.
  ///
  /// - Throws: `.missingPrediction`, `.unreadable`, or `.invalidPrediction` where the size is not the ground truth's or
  ///   a pixel holds no class index.
  public func labelMap(of sample: Sample, size: PixelSize) throws(DatasetError) -> LabelMap {
    let file = try file(of: sample)
    let raw: RawLabelMap
    do {
      raw = try PNG.readLabelMap(at: file)
    } catch {
      throw DatasetError(.unreadable, file, cause: error.explanation, remedy: "predict the image again")
    }
    guard raw.size == size else {
      throw DatasetError(
        .invalidPrediction, file, cause: "the prediction is \(raw.size), the ground truth \(size)",
        remedy: "predict at the size of the image")
    }
    do {
      return try classes.labelMap(from: raw)
    } catch {
      throw DatasetError(
        .invalidPrediction, file,
        cause: "pixel \(error.first) holds \(error.id), but class indices end at \(classes.count - 1) "
          + "(\(error.pixelCount) such pixels)",
        remedy: "write the index of the class at each pixel, as tessera predict does")
    }
  }

  private func file(of sample: Sample) throws(DatasetError) -> String {
    let image = sample.imagePath.split(separator: "/").last.map(String.init) ?? ""
    let candidates = ["\(path)/\(sample.name).png", "\(path)/\(image)"]
    guard let file = candidates.first(where: isFile) else {
      throw DatasetError(
        .missingPrediction, candidates[0], cause: "there is no prediction of \(sample.imagePath)",
        remedy: "predict every image of the split")
    }
    return file
  }
}
