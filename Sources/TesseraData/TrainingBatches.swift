public import TesseraTensor

/// The batches of a training run: which samples each holds, and how each sample is varied.
///
/// Both follow from the seed and the position alone: the order of an epoch from (seed, epoch), the variation of a
/// sample from (seed, epoch, sample). So a resumed run meets what it would have met, and threads change nothing.
public struct TrainingBatches: Sendable {
  /// The samples.
  public let store: SampleStore
  /// Samples in a batch.
  public let batchSize: Int
  /// How samples are varied.
  public let augmentation: Augmentation
  /// How colours are shifted and scaled.
  public let normalization: PixelNormalization
  /// What order and variation follow from.
  public let seed: UInt64
  /// Begins the names of the random streams, so that two sets under one seed do not share any.
  private let stream: String
  /// Passes over the samples in an epoch, the last perhaps not whole: more than one where few of them stand for a
  /// larger set.
  private let passes: Int
  /// Batches in an epoch; samples that fill no batch wait for another epoch's order.
  public let stepsPerEpoch: Int

  private let sampler: CropSampler

  /// Plans batches without reading any sample.
  ///
  /// - Parameters:
  ///   - stream: begins the names of the random streams.
  ///   - samplesPerEpoch: how many an epoch is long, drawn in whole passes; nil for one pass.
  /// - Throws: `.splitTooSmall` if there are fewer samples than a batch holds.
  /// - Precondition: `batchSize` is at least 1.
  public init(
    store: SampleStore, batchSize: Int, augmentation: Augmentation, normalization: PixelNormalization, seed: UInt64,
    stream: String = "", samplesPerEpoch: Int? = nil
  ) throws(DatasetError) {
    let drawn = samplesPerEpoch ?? store.count
    precondition(batchSize >= 1 && drawn >= 0, "TrainingBatches: batch size \(batchSize), \(drawn) samples an epoch")
    guard store.count >= 1, drawn >= batchSize else {
      throw DatasetError(
        .splitTooSmall, "train", cause: "the split has \(store.count) samples, a batch \(batchSize)",
        remedy: "choose a batch size of at most \(store.count) or add samples")
    }
    self.store = store
    self.batchSize = batchSize
    self.augmentation = augmentation
    self.normalization = normalization
    self.seed = seed
    self.stream = stream
    passes = (drawn + store.count - 1) / store.count
    stepsPerEpoch = drawn / batchSize
    sampler = CropSampler(
      width: augmentation.cropWidth, height: augmentation.cropHeight, normalization: normalization)
  }

  /// The sample indices of an epoch in the order in which they are learned from.
  public func order(epoch: Int) -> [Int] {
    (epoch * passes..<(epoch + 1) * passes).flatMap { pass in
      var generator = Generator(seed: seed, stream: "\(stream)order/\(pass)")
      return generator.permutation(of: store.count)
    }
  }

  /// The sample indices of one batch.
  ///
  /// - Precondition: `position.step` lies in `0..<stepsPerEpoch`.
  public func indices(at position: BatchPosition) -> [Int] {
    precondition(
      (0..<stepsPerEpoch).contains(position.step), "TrainingBatches: step \(position.step) of \(stepsPerEpoch)")
    return Array(order(epoch: position.epoch)[position.step * batchSize..<(position.step + 1) * batchSize])
  }

  /// Writes one batch into storage of the caller.
  ///
  /// - Parameters:
  ///   - images: `[batchSize, 3, cropHeight, cropWidth]`, normalised.
  ///   - labels: `[batchSize, cropHeight, cropWidth]`, class indices or ``Batch/void``.
  /// - Returns: the names of the samples.
  /// - Throws: what is wrong with a sample, naming its file.
  /// - Precondition: the spans have exactly these sizes; `position.step` lies in `0..<stepsPerEpoch`.
  public func fill(
    images: inout MutableSpan<Float>, labels: inout MutableSpan<UInt16>, at position: BatchPosition
  ) throws(DatasetError) -> [String] {
    try images.withUnsafeMutableBufferPointer { images throws(DatasetError) in
      try labels.withUnsafeMutableBufferPointer { labels throws(DatasetError) in
        try fill(images: images, labels: labels, at: position)
      }
    }
  }

  /// Makes one batch.
  ///
  /// - Throws: what is wrong with a sample, naming its file.
  /// - Precondition: `position.step` lies in `0..<stepsPerEpoch`.
  public func batch(at position: BatchPosition) throws(DatasetError) -> Batch {
    var images = [Float](repeating: 0, count: batchSize * sampler.imageCount)
    var labels = [UInt16](repeating: 0, count: batchSize * sampler.labelCount)
    var imageSpan = images.mutableSpan
    var labelSpan = labels.mutableSpan
    let names = try fill(images: &imageSpan, labels: &labelSpan, at: position)
    return Batch(height: sampler.height, width: sampler.width, images: images, labels: labels, names: names)
  }

  private func fill(
    images: UnsafeMutableBufferPointer<Float>, labels: UnsafeMutableBufferPointer<UInt16>, at position: BatchPosition
  ) throws(DatasetError) -> [String] {
    precondition(
      images.count == batchSize * sampler.imageCount && labels.count == batchSize * sampler.labelCount,
      "TrainingBatches: \(images.count) values and \(labels.count) labels for \(batchSize) crops of "
        + "\(sampler.height)×\(sampler.width)")
    var names: [String] = []
    for (place, index) in indices(at: position).enumerated() {
      let sample = try store.decoded(index)
      let pass = position.epoch * passes + (position.step * batchSize + place) / store.count
      var generator = Generator(seed: seed, stream: "\(stream)augmentation/\(pass)/\(index)")
      let window = augmentation.window(width: sample.width, height: sample.height, using: &generator)
      sampler.fill(
        image: UnsafeMutableBufferPointer(
          rebasing: images[place * sampler.imageCount..<(place + 1) * sampler.imageCount]),
        labels: UnsafeMutableBufferPointer(
          rebasing: labels[place * sampler.labelCount..<(place + 1) * sampler.labelCount]),
        from: sample, window: window)
      names.append(sample.name)
    }
    return names
  }
}

extension TrainingBatches {
  /// Position of the batch that follows `index` batches after `start`.
  ///
  /// - Precondition: `index` is at least 0.
  public func position(_ index: Int, after start: BatchPosition) -> BatchPosition {
    precondition(index >= 0, "TrainingBatches: batch \(index)")
    let steps = start.step + index
    return BatchPosition(epoch: start.epoch + steps / stepsPerEpoch, step: steps % stepsPerEpoch)
  }
}
