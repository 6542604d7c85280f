import TesseraData
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights

/// What a run is made of before its first step.
struct TrainingPreparation {
  let configuration: TrainingConfiguration
  let model: Model
  let supervised: SupervisedStep
  /// How the segmenter learns against its adversary; nil for cross-entropy alone.
  let method: (any AdversarialMethod)?
  let batches: TrainingBatches
  /// Images without labels, of as many samples a batch; nil where none take part.
  let unlabelledBatches: TrainingBatches?
  /// Training samples as they are, for the statistics that weights are evaluated with.
  let plainBatches: TrainingBatches
  let validation: SampleStore
  let schedule: LearningRateSchedule
  let fingerprint: DataFingerprint
  /// Which data set it is, whatever of it takes part.
  let dataDigest: String
  let state: TrainingState

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - resumed: how colours are shifted and scaled in a run that goes on; nil for one that begins.
  ///   - memoryLimit: bytes that it may take; nil for no limit.
  init(
    _ given: TrainingConfiguration, data: Dataset, resuming resumed: PixelNormalization? = nil, memoryLimit: Int? = nil
  ) throws {
    var configuration = given
    let samples = try TrainingSamples(configuration, data: data)
    let training = samples.labelled
    validation = samples.validation
    if configuration.cropHeight == nil || configuration.cropWidth == nil {
      let first = try training.whole(0).truth
      configuration.cropHeight = configuration.cropHeight ?? first.height
      configuration.cropWidth = configuration.cropWidth ?? first.width
    }
    let colors = try training.normalization()
    model = try configuration.model(classes: data.labelSet.classes, normalization: colors, resuming: resumed)
    let normalization = model.normalization
    try configuration.validateCrop(for: model.segmenter)
    guard configuration.virtualBatch <= training.count else {
      throw ConfigurationError(
        option: "virtual-batch", value: "\(configuration.virtualBatch)",
        remedy: "there are \(training.count) training samples: give at most as many")
    }
    let varied = configuration.augmentation
    func batches(
      _ store: SampleStore, _ augmentation: Augmentation, stream: String = "", epoch: Int? = nil
    ) throws -> TrainingBatches {
      try TrainingBatches(
        store: store, batchSize: configuration.batch, augmentation: augmentation, normalization: normalization,
        seed: configuration.seed, stream: stream, samplesPerEpoch: epoch)
    }
    // Few labels are learned from as often as many, so that fractions compare.
    self.batches = try batches(training, varied, epoch: samples.wholeCount)
    plainBatches = try batches(training, varied.plain, epoch: samples.wholeCount)
    // A stream of their own, or a sample of each would be cut alike.
    unlabelledBatches = try samples.unlabelled.map {
      try batches($0, varied, stream: "unlabelled/", epoch: max($0.count, configuration.batch))
    }
    let totalSteps = configuration.epochs * self.batches.stepsPerEpoch
    schedule = LearningRateSchedule(
      configuration.schedule.shape(totalSteps: totalSteps), totalSteps: totalSteps,
      warmUpSteps: configuration.warmUpSteps)
    let frequencies = configuration.classWeighting == .none ? nil : try training.classFrequencies()
    fingerprint = DataFingerprint(
      classes: data.labelSet.classes.map(\.name), trainingSamples: training.names,
      unlabelledImages: samples.unlabelled?.names ?? [], unlabelledColors: try samples.unlabelled?.normalization(),
      validationSamples: validation.names,
      normalization: colors, frequencies: frequencies)
    dataDigest = try data.digest()
    try configuration.requireAdversaryActs(stepsPerEpoch: self.batches.stepsPerEpoch)
    let objective = configuration.objective(
      classWeights: frequencies?.weights(configuration.classWeighting),
      adversarialSteps: (configuration.epochs - configuration.adversarialStart) * self.batches.stepsPerEpoch)
    let segmenter = try configuration.trained(model.segmenter) { count in
      try TrainingBatches(
        store: training, batchSize: count, augmentation: varied.plain, normalization: normalization,
        seed: configuration.seed
      ).trainingBatch(at: BatchPosition(epoch: 0, step: 0)).images
    }
    supervised = SupervisedStep(segmenter: segmenter, objective: objective, precision: configuration.precision)
    if let memoryLimit {
      try configuration.requireMemoryOfKernels(
        channels: objective.encoding.channels(classCount: segmenter.classCount), within: memoryLimit)
    }
    let adversary = try configuration.adversary(of: segmenter, objective: objective)
    method = adversary?.method
    state = TrainingState(
      learners: Learners(
        segmenter: configuration.learner(
          model.values,
          Optimizer(configuration.optimizer.method, decay: Float(configuration.weightDecay), for: model.values)),
        adversary: adversary.map {
          configuration.learner($0.values, Optimizer(configuration.adversary.optimizer, decay: 0, for: $0.values))
        }),
      averageDecay: Float(configuration.averageDecay),
      generator: Generator(seed: configuration.seed, stream: "dropout"))
    self.configuration = configuration
  }
}

/// The samples of a run: what is learned from with and without labels, and what is validated on.
private struct TrainingSamples {
  let labelled: SampleStore
  /// Samples of the whole split, whose labels were perhaps left out.
  let wholeCount: Int
  let unlabelled: SampleStore?
  let validation: SampleStore

  init(_ configuration: TrainingConfiguration, data: Dataset) throws {
    var generator = Generator(seed: configuration.seed, stream: "labelled")
    let (kept, left) = configuration.labelledFraction.divide(try data.samples(in: .train), using: &generator)
    labelled = SampleStore(kept, labelSet: data.labelSet)
    wholeCount = kept.count + left.count
    validation = SampleStore(try data.samples(in: .val), labelSet: data.labelSet)
    guard configuration.learnsFromUnlabelled else {
      unlabelled = nil
      return
    }
    let images = left + (try configuration.unlabelled.map { try UnlabelledImage.all(in: $0) } ?? [])
    unlabelled = SampleStore(unlabelled: images, labelSet: data.labelSet)
  }
}

extension TrainingConfiguration {
  /// Refuses crops that a network cannot take.
  func validateCrop(for segmenter: any Segmenter) throws(ConfigurationError) {
    let least = max(segmenter.minimumSide, leastSideOfAdversary)
    let sides = [cropHeight ?? 0, cropWidth ?? 0]
    guard sides.allSatisfy({ (least...8192).contains($0) }) else {
      throw ConfigurationError(
        option: "crop", value: "\(sides[0])x\(sides[1])", remedy: "give sides of \(least) to 8192 pixels")
    }
    // The smallest map must have more than one value per channel, or its variance is 0.
    guard batch * segmenter.coarsestPixels(height: sides[0], width: sides[1]) > 1, firstGeneratedPixels > 1 else {
      throw ConfigurationError(
        option: "batch", value: "\(batch)",
        remedy: "give at least 2 images, or larger crops than \(sides[0])x\(sides[1])")
    }
  }
}

extension TrainingConfiguration {
  /// Values per channel of the first map that a generator of images normalises.
  private var firstGeneratedPixels: Int {
    guard lambda > 0, adversary == .fakeClass else { return .max }
    return batch * ImageGenerator.coarsestPixels(height: cropHeight ?? 0, width: cropWidth ?? 0)
  }

  /// The shortest side that crops must have for the adversary's sake.
  var leastSideOfAdversary: Int {
    guard lambda > 0, case .discriminator(let kind) = adversary else { return 1 }
    return kind.minimumSide * discriminatorScale
  }
}

extension Augmentation {
  /// Crops of the same size of samples as they are.
  var plain: Augmentation { Augmentation(cropWidth: cropWidth, cropHeight: cropHeight, scale: 1...1, flips: false) }
}
