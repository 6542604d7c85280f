import TesseraData
import TesseraLabels
import TesseraTensor

extension TrainingBatches {
  /// Batches that are prepared ahead.
  static let depth = 4

  /// One batch as tensors.
  func trainingBatch(at position: BatchPosition, unlabelled: UnlabelledBatch? = nil) throws -> TrainingBatch {
    let (height, width) = (augmentation.cropHeight, augmentation.cropWidth)
    var labels = [UInt16](repeating: LabelBatch.void, count: batchSize * height * width)
    let images = try Tensor([batchSize, 3, height, width]) { buffer in
      var imageSpan = MutableSpan(_unsafeElements: buffer)
      var labelSpan = labels.mutableSpan
      _ = try fill(images: &imageSpan, labels: &labelSpan, at: position)
    }
    return TrainingBatch(
      images: images,
      labels: LabelBatch(shape: [batchSize, height, width], classCount: store.labelSet.count, indices: labels),
      unlabelled: unlabelled)
  }
}

extension TrainingPreparation {
  /// Prepares batches as tensors in the background, from a position to the end of the run.
  ///
  /// Images without labels come with the steps that the adversary takes part in.
  func loader(from start: BatchPosition) -> BackgroundLoader<TrainingBatch> {
    let (labelled, unlabelled) = (batches, unlabelledBatches)
    let first = configuration.adversarialStart
    let count = max(0, (configuration.epochs - start.epoch) * labelled.stepsPerEpoch - start.step)
    return BackgroundLoader(count: count, depth: TrainingBatches.depth, threads: 1) { index in
      let position = labelled.position(index, after: start)
      guard let unlabelled, position.epoch >= first else { return try labelled.trainingBatch(at: position) }
      let step = (position.epoch - first) * labelled.stepsPerEpoch + position.step
      let own = unlabelled.position(step, after: BatchPosition(epoch: 0, step: 0))
      let others = try unlabelled.trainingBatch(at: own)
      return try labelled.trainingBatch(
        at: position, unlabelled: UnlabelledBatch(images: others.images, shown: others.labels))
    }
  }
}
