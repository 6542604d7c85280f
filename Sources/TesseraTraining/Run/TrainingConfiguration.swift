public import TesseraData
public import TesseraModels
import TesseraNN
public import TesseraTensor

/// Everything that, with the data, determines a training run.
public struct TrainingConfiguration: Hashable, Sendable, Codable {
  /// The optimiser of the segmenter.
  public enum OptimizerKind: String, CaseIterable, Hashable, Sendable, Codable {
    /// AdamW with β 0.9 and 0.999.
    case adam
    /// SGD with momentum 0.9.
    case sgd
  }

  /// How the learning rate falls.
  public enum ScheduleKind: String, CaseIterable, Hashable, Sendable, Codable {
    /// Not at all.
    case constant
    /// (1 − t)^0.9.
    case polynomial
    /// Half a cosine.
    case cosine
    /// A tenth after each third.
    case step
  }

  /// Which segmenter.
  public var architecture = Architecture(.unet)
  /// A model that Tessera wrote, whose weights the segmenter starts from; nil for random ones.
  public var start: String?
  /// What the segmenter learns against.
  public var adversary = AdversaryKind.discriminator(.largefov)
  /// Pixels along each side that the discriminator sees as one.
  public var discriminatorScale = 4
  /// How it sees label maps.
  public var encoding = EncodingKind.basic
  /// τ of the scaling encoding: the least that ground truth keeps of its class.
  public var scalingThreshold = 0.9
  /// Weight of the adversarial term.
  public var lambda = 0.1
  /// What the segmenter is told by the discriminator.
  public var term = AdversarialTerm.nonsaturating
  /// Which networks learn at which step.
  public var alternation = AlternationSchedule.everyStep
  /// What the discriminator is to say of ground truth.
  public var truthTarget = 1.0
  /// How the discriminator compares the maps of a batch with each other; nil for not at all.
  public var minibatchDiscrimination: MinibatchKernels?
  /// Weight of the distance of every network's numbers from their mean so far.
  public var historicalAveraging = 0.0
  /// Images of the fixed batch that gives the segmenter's normalisation its statistics; 0 for each batch's own.
  public var virtualBatch = 0
  /// Folder of images without labels; nil for none beside those that the labelled fraction leaves.
  public var unlabelled: String?
  /// The share of training samples whose labels are learned from.
  public var labelledFraction = LabelledFraction.all
  /// Weight of the adversarial term of images without labels; nil for 0.001 where there are any.
  public var unlabelledLambda: Double?
  /// Weight of cross-entropy against the segmenter's own classes on images without labels; nil for 0.1 where there are
  /// any and the discriminator judges places.
  public var selfTrainingLambda: Double?
  /// Trust of the discriminator above which such a class becomes a label.
  public var selfTrainingThreshold = 0.2
  /// Steps of adversarial training before self-training begins; nil for a quarter of them.
  public var selfTrainingStart: Int?
  /// Epochs of cross-entropy alone before the discriminator takes part; nil for two thirds of all epochs.
  ///
  /// A discriminator that starts beside an untrained segmenter wins at once and then only disturbs it.
  public var warmStartEpochs: Int?
  /// Epochs in all.
  public var epochs = 60
  /// Images in a batch.
  public var batch = 8
  /// Rows of a crop; nil for the rows of the first image.
  public var cropHeight: Int?
  /// Columns of a crop; nil for the columns of the first image.
  public var cropWidth: Int?
  /// Least and most that samples are scaled by.
  public var minimumScale = 0.8
  /// Least and most that samples are scaled by.
  public var maximumScale = 1.5
  /// Whether half of the crops are mirrored.
  public var flips = true
  /// Most that is added to or taken from every colour of a crop, as a share of full scale.
  public var brightness = 0.1
  /// Most that the distance from the mean colour grows or shrinks by, as a share of itself.
  public var contrast = 0.1
  /// How l_mce weighs classes.
  public var classWeighting = ClassWeighting.inverseRoot
  /// How maps between the layers of both networks are stored in training.
  ///
  /// Weights, gradients of weights, statistics, losses and evaluation are f32.
  public var precision = Precision.f32
  /// The optimiser of the segmenter; the discriminator's is always Adam.
  public var optimizer = OptimizerKind.adam
  /// The segmenter's base learning rate.
  public var learningRate = 2e-3
  /// The adversary's learning rate, which follows the same schedule.
  ///
  /// So low that its loss stays in the band where its gradient teaches, instead of winning within an epoch.
  public var discriminatorLearningRate = 1e-5
  /// The segmenter's weight decay.
  public var weightDecay = 1e-4
  /// How much of the averaged weights each step leaves; 0 evaluates and keeps the weights of the last step.
  public var averageDecay = 0.99
  /// How the learning rates fall.
  public var schedule = ScheduleKind.polynomial
  /// Steps over which the learning rates first rise.
  public var warmUpSteps = 0
  /// Most that the norm of a network's gradients may be; nil for no limit.
  public var gradientNormLimit: Double?
  /// What every random number follows from.
  public var seed: UInt64 = 0

  /// The defaults.
  public init() {}

  /// The epoch, from 0, at which the adversary first takes part.
  public var adversarialStart: Int { warmStartEpochs ?? epochs * 2 / 3 }

  /// Refuses what contradicts itself or lies out of range.
  ///
  /// - Throws: ``ConfigurationError`` naming the option, the value and the remedy.
  public func validate() throws(ConfigurationError) {
    func require(_ condition: Bool, _ option: String, _ value: some Any, _ remedy: String) throws(ConfigurationError) {
      guard condition else { throw ConfigurationError(option: option, value: "\(value)", remedy: remedy) }
    }
    // What stays a positive finite number in single precision.
    let rates = 1e-12...1e30
    try require(epochs >= 1, "epochs", epochs, "give at least 1")
    try require((1...4096).contains(batch), "batch", batch, "give 1 to 4096 images")
    try require(lambda >= 0 && lambda <= 1e6, "lambda", lambda, "give 0 to 1000000; 0 trains without an adversary")
    try require(warmStartEpochs ?? 0 >= 0, "warm-start-epochs", warmStartEpochs ?? 0, "give 0 or more")
    try require((1...64).contains(discriminatorScale), "discriminator-scale", discriminatorScale, "give 1 to 64")
    try require(
      scalingThreshold > 0 && scalingThreshold < 1, "scaling-threshold", scalingThreshold,
      "give more than 0 and less than 1")
    try require(
      Float(truthTarget) > 0.5 && truthTarget <= 1, "truth-target", truthTarget,
      "give more than 0.5 and up to 1, such as 0.9")
    try require(
      historicalAveraging >= 0 && historicalAveraging <= 1e6, "historical-averaging", historicalAveraging,
      "give 0 to 1000000")
    for (option, weight) in [("unlabelled-lambda", unlabelledLambda), ("self-training-lambda", selfTrainingLambda)] {
      guard let weight else { continue }
      try require((0...1e6).contains(weight), option, weight, "give 0 to 1000000")
      try require(
        weight == 0 || hasUnlabelled, option, weight,
        "there are no images without labels: give --unlabelled DIR or --labelled-fraction, or leave it out")
    }
    try require(
      (0...1).contains(selfTrainingThreshold), "self-training-threshold", selfTrainingThreshold, "give 0 to 1")
    try require(selfTrainingStart ?? 0 >= 0, "self-training-start", selfTrainingStart ?? 0, "give 0 steps or more")
    try requireConsistency()
    try require(rates.contains(learningRate), "learning-rate", learningRate, "give 1e-12 to 1e30")
    try require(
      rates.contains(discriminatorLearningRate), "discriminator-learning-rate", discriminatorLearningRate,
      "give 1e-12 to 1e30")
    try require(weightDecay >= 0 && weightDecay <= 1e6, "weight-decay", weightDecay, "give 0 to 1000000")
    try require(
      (0...0.99999).contains(averageDecay), "average-decay", averageDecay, "give 0 to 0.99999; 0 averages nothing")
    try require(warmUpSteps >= 0, "warm-up-steps", warmUpSteps, "give 0 or more")
    try require(
      rates.contains(gradientNormLimit ?? 1), "gradient-norm-limit", gradientNormLimit ?? 1, "give 1e-12 to 1e30")
    try require(
      minimumScale > 0 && minimumScale <= maximumScale && maximumScale <= 16, "scale",
      "\(minimumScale)...\(maximumScale)", "give a least and a most above 0 and up to 16")
    try require((0..<1).contains(brightness), "brightness", brightness, "give 0 or more and less than 1")
    try require((0..<1).contains(contrast), "contrast", contrast, "give 0 or more and less than 1")
  }

  /// Refuses a precision that the processor has no arithmetic for.
  ///
  /// - Parameter computes: whether it has.
  /// - Throws: ``ConfigurationError``.
  func requirePrecision(_ computes: (Precision) -> Bool) throws(ConfigurationError) {
    guard !computes(precision) else { return }
    throw ConfigurationError(
      option: "precision", value: precision.rawValue,
      remedy: "this processor has no dot products of it (AVX-512 BF16 or AMX), so that it would be slower than f32; "
        + "give f32, or train on a processor that has")
  }
}

/// An option whose value cannot be used.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The option's name on the command line, without dashes.
  public let option: String
  /// What was given.
  public let value: String
  /// What to give instead.
  public let remedy: String

  /// Names an option, its value and what to give instead.
  public init(option: String, value: String, remedy: String) {
    self.option = option
    self.value = value
    self.remedy = remedy
  }

  /// One line: option, value and remedy.
  public var description: String { "--\(option) \(value) cannot be used; \(remedy)" }
}
