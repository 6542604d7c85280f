public import TesseraLabels

/// A sample as it is, to be evaluated on.
public struct WholeSample: Sendable {
  /// The path below the image folder, without suffix.
  public let name: String
  /// Red, green and blue interleaved, rows from the top.
  public let pixels: [UInt8]
  /// The ground truth, of the image's size.
  public let truth: LabelMap
}

extension SampleStore {
  /// The sample at an index, from memory or from its files, neither scaled nor cropped.
  ///
  /// - Throws: what is wrong with the sample, naming its file.
  public func whole(_ index: Int) throws(DatasetError) -> WholeSample {
    let sample = try decoded(index)
    return WholeSample(
      name: sample.name, pixels: sample.pixels,
      truth: LabelMap(
        width: sample.width, height: sample.height, classCount: labelSet.count, indices: sample.classes,
        void: Batch.void))
  }
}
