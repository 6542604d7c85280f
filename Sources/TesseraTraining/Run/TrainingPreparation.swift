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
  let alternation: Alternation
  let batches: TrainingBatches
  /// Training samples as they are, for the statistics that weights are evaluated with.
  let plainBatches: TrainingBatches
  let validation: SampleStore
  let schedule: LearningRateSchedule
  let fingerprint: DataFingerprint
  let state: TrainingState

  init(_ given: TrainingConfiguration, data: Dataset) throws {
    var configuration = given
    let training = SampleStore(try data.samples(in: .train), labelSet: data.labelSet)
    validation = SampleStore(try data.samples(in: .val), labelSet: data.labelSet)
    if configuration.cropHeight == nil || configuration.cropWidth == nil {
      let first = try training.whole(0).truth
      configuration.cropHeight = configuration.cropHeight ?? first.height
      configuration.cropWidth = configuration.cropWidth ?? first.width
    }
    let normalization = try training.normalization()
    model = try Model(
      configuration.architecture, classes: data.labelSet.classes, normalization: normalization,
      source: .random(seed: configuration.seed))
    let crop = (height: configuration.cropHeight ?? 0, width: configuration.cropWidth ?? 0)
    try configuration.validateCrop(for: model.segmenter)
    batches = try TrainingBatches(
      store: training, batchSize: configuration.batch,
      augmentation: Augmentation(
        cropWidth: crop.width, cropHeight: crop.height, scale: configuration.minimumScale...configuration.maximumScale,
        flips: configuration.flips, brightness: configuration.brightness, contrast: configuration.contrast),
      normalization: normalization, seed: configuration.seed)
    plainBatches = try TrainingBatches(
      store: training, batchSize: configuration.batch,
      augmentation: Augmentation(cropWidth: crop.width, cropHeight: crop.height, scale: 1...1, flips: false),
      normalization: normalization, seed: configuration.seed)
    schedule = LearningRateSchedule(
      configuration.schedule.shape(totalSteps: configuration.epochs * batches.stepsPerEpoch),
      totalSteps: configuration.epochs * batches.stepsPerEpoch, warmUpSteps: configuration.warmUpSteps)
    let adversary = configuration.lambda > 0 ? configuration.discriminator : nil
    let built = try adversary.map { kind in
      // Another seed, or layers of equal names would start with equal numbers.
      try build(from: .random(seed: configuration.seed &+ 1)) {
        kind.discriminator($0, channels: data.labelSet.count)
      }
    }
    let frequencies = configuration.classWeighting == .none ? nil : try training.classFrequencies()
    fingerprint = DataFingerprint(
      classes: data.labelSet.classes.map(\.name), trainingSamples: training.samples.map(\.name),
      validationSamples: validation.samples.map(\.name), normalization: normalization, frequencies: frequencies)
    alternation = Alternation(
      segmenter: model.segmenter, discriminator: built?.network,
      objective: Objective(
        lambda: Float(configuration.lambda), term: configuration.term,
        classWeights: frequencies?.weights(configuration.classWeighting),
        encoding: LabelMapEncoding(.basic, scale: configuration.discriminatorScale),
        gradientNormLimit: configuration.gradientNormLimit.map { Float($0) }),
      precision: configuration.precision)
    state = TrainingState(
      segmenter: Learner(
        values: model.values,
        optimizer: Optimizer(
          configuration.optimizer.method, decay: Float(configuration.weightDecay), for: model.values)),
      averageDecay: Float(configuration.averageDecay),
      discriminator: built.map {
        Learner(
          values: $0.values,
          optimizer: Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: $0.values))
      },
      generator: Generator(seed: configuration.seed, stream: "dropout"))
    self.configuration = configuration
  }
}

extension TrainingConfiguration.OptimizerKind {
  /// How a gradient becomes a step.
  var method: Optimizer.Method {
    switch self {
    case .adam: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
    case .sgd: .sgd(momentum: 0.9, nesterov: false)
    }
  }
}

extension TrainingConfiguration.ScheduleKind {
  /// How the rate falls over this many steps.
  func shape(totalSteps: Int) -> LearningRateSchedule.Shape {
    switch self {
    case .constant: .constant
    case .polynomial: .polynomial(power: 0.9)
    case .cosine: .cosine
    case .step: .step(every: max(totalSteps / 3, 1), factor: 0.1)
    }
  }
}

extension TrainingConfiguration {
  /// Refuses crops that a network cannot take.
  func validateCrop(for segmenter: any Segmenter) throws(ConfigurationError) {
    let least = max(segmenter.minimumSide, discriminator == nil || lambda == 0 ? 1 : 4 * discriminatorScale)
    let sides = [cropHeight ?? 0, cropWidth ?? 0]
    guard sides.allSatisfy({ (least...8192).contains($0) }) else {
      throw ConfigurationError(
        option: "crop", value: "\(sides[0])x\(sides[1])", remedy: "give sides of \(least) to 8192 pixels")
    }
    // The smallest map must have more than one value per channel, or its variance is 0.
    guard batch * segmenter.coarsestPixels(height: sides[0], width: sides[1]) > 1 else {
      throw ConfigurationError(
        option: "batch", value: "\(batch)",
        remedy: "give at least 2 images, or larger crops than \(sides[0])x\(sides[1])")
    }
  }
}

extension TrainingBatches {
  /// Batches that are prepared ahead.
  static let depth = 4

  /// Prepares batches as tensors in the background, from a position to the end of the run.
  func loader(from start: BatchPosition, epochs: Int) -> BackgroundLoader<TrainingBatch> {
    let count = max(0, (epochs - start.epoch) * stepsPerEpoch - start.step)
    return BackgroundLoader(count: count, depth: Self.depth, threads: 1) { index in
      try trainingBatch(at: position(index, after: start))
    }
  }

  /// One batch as tensors.
  func trainingBatch(at position: BatchPosition) throws -> TrainingBatch {
    let (height, width) = (augmentation.cropHeight, augmentation.cropWidth)
    var labels = [UInt16](repeating: LabelBatch.void, count: batchSize * height * width)
    let images = try Tensor([batchSize, 3, height, width]) { buffer in
      var imageSpan = MutableSpan(_unsafeElements: buffer)
      var labelSpan = labels.mutableSpan
      _ = try fill(images: &imageSpan, labels: &labelSpan, at: position)
    }
    return TrainingBatch(
      images: images,
      labels: LabelBatch(shape: [batchSize, height, width], classCount: store.labelSet.count, indices: labels))
  }
}
