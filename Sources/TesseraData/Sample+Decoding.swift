import TesseraImaging
import TesseraLabels

extension Sample {
  /// Reads both files.
  ///
  /// - Throws: `.unreadable` for a file that cannot be decoded; `.invalidSample` where the sizes differ, there is no
  ///   pixel or an id means nothing.
  func decoded(labelSet: LabelSet) throws(DatasetError) -> DecodedSample {
    let image: Image
    let map: RawLabelMap
    do {
      image = try PNG.readImage(at: imagePath)
    } catch {
      throw DatasetError(
        .unreadable, imagePath, cause: error.explanation, remedy: "tessera validate finds every such file")
    }
    do {
      map = try PNG.readLabelMap(at: labelMapPath)
    } catch {
      throw DatasetError(
        .unreadable, labelMapPath, cause: error.explanation, remedy: "tessera validate finds every such file")
    }
    guard image.width == map.width, image.height == map.height else {
      throw DatasetError(
        .invalidSample, labelMapPath,
        cause: "the map is \(map.width)×\(map.height), its image \(imagePath) is \(image.width)×\(image.height)",
        remedy: "export both at the same size")
    }
    guard image.width > 0, image.height > 0 else {
      throw DatasetError(.invalidSample, imagePath, cause: "the image has no pixels", remedy: "export it again")
    }
    do {
      let classes = try labelSet.labelMap(from: map).indices(void: Batch.void)
      return DecodedSample(
        name: name, width: image.width, height: image.height, pixels: image.pixels, classes: classes)
    } catch {
      throw DatasetError(
        .invalidSample, labelMapPath, cause: "\(error)", remedy: "tessera validate finds every such file")
    }
  }
}
