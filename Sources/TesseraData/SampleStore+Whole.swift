extension SampleStore {
  /// One sample at its own size as a batch of one, normalised and not varied: what evaluation sees.
  ///
  /// - Throws: what is wrong with the sample, naming its file.
  /// - Precondition: `index` is an index of ``samples``.
  public func wholeSample(_ index: Int, normalization: Normalization) throws(DatasetError) -> Batch {
    let sample = try decoded(index)
    let sampler = CropSampler(width: sample.width, height: sample.height, normalization: normalization)
    let window = CropWindow(
      scaledWidth: sample.width, scaledHeight: sample.height, left: 0, top: 0, isFlipped: false, brightness: 0,
      contrast: 1)
    var images = [Float](repeating: 0, count: sampler.imageCount)
    var labels = [UInt16](repeating: 0, count: sampler.labelCount)
    images.withUnsafeMutableBufferPointer { images in
      labels.withUnsafeMutableBufferPointer { labels in
        sampler.fill(image: images, labels: labels, from: sample, window: window)
      }
    }
    return Batch(
      height: sample.height, width: sample.width, images: images, labels: labels, names: [sample.name])
  }
}
