import TesseraData
import TesseraLabels
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights

extension TrainingConfiguration {
  /// How samples are varied.
  var augmentation: Augmentation {
    Augmentation(
      cropWidth: cropWidth ?? 0, cropHeight: cropHeight ?? 0, scale: minimumScale...maximumScale, flips: flips,
      brightness: brightness, contrast: contrast)
  }

  /// The segmenter with the numbers that it starts from.
  ///
  /// - Parameters:
  ///   - normalization: of the training images; a model that is started from keeps its own.
  ///   - resumed: that of a run that goes on, whose numbers will come from its state, wherever it began.
  func model(
    classes: [LabelClass], normalization: PixelNormalization, resuming resumed: PixelNormalization?
  ) throws -> Model {
    guard let start, resumed == nil else {
      return try Model(
        architecture, classes: classes, normalization: resumed ?? normalization, source: .random(seed: seed))
    }
    let model = try Model.read(Model.weightsFile(at: start))
    guard model.architecture == architecture else {
      throw ConfigurationError(
        option: "init", value: start, remedy: "it is a \(model.architecture): give --arch and --width of that kind")
    }
    guard model.classes.map(\.name) == classes.map(\.name) else {
      throw ConfigurationError(
        option: "init", value: start,
        remedy: "its classes are \(model.classes.map(\.name).joined(separator: ", ")): give a model of this data set's")
    }
    return model
  }

  /// What is minimised.
  ///
  /// - Parameter steps: of adversarial training.
  func objective(classWeights: [Float]?, adversarialSteps steps: Int) -> Objective {
    Objective(
      lambda: Float(lambda), term: term, classWeights: classWeights,
      encoding: LabelMapEncoding(encodingKind, scale: discriminatorScale), truthTarget: Float(truthTarget),
      unlabelled: unlabelledObjective(adversarialSteps: steps), gradientNormLimit: gradientNormLimit.map { Float($0) })
  }

  private var encodingKind: LabelMapEncoding.Kind {
    switch encoding {
    case .basic: .basic
    case .product: .product
    case .scaling: .scaling(threshold: Float(scalingThreshold))
    }
  }

  /// The segmenter as it is trained: with a reference batch where one is asked for.
  ///
  /// - Parameter reference: makes the images of a reference batch of so many.
  func trained(_ segmenter: any Segmenter, reference: (_ count: Int) throws -> Tensor) rethrows -> any Segmenter {
    guard virtualBatch > 0 else { return segmenter }
    return VirtualBatchSegmenter(segmenter, reference: try reference(virtualBatch))
  }

  /// A network that is about to learn.
  func learner(_ values: ParameterSet, _ optimizer: Optimizer) -> Learner {
    Learner(
      values: values, optimizer: optimizer,
      history: historicalAveraging > 0 ? HistoricalAverage(of: values, weight: Float(historicalAveraging)) : nil)
  }

  /// The adversary with its first numbers, and how the segmenter learns against it; nil for cross-entropy alone.
  func adversary(
    of segmenter: any Segmenter, objective: Objective
  ) throws -> (method: any AdversarialMethod, values: ParameterSet)? {
    guard lambda > 0 else { return nil }
    // Another seed, or layers of equal names would start with equal numbers.
    let source = WeightsSource.random(seed: seed &+ 1)
    switch adversary {
    case .none: return nil
    case .discriminator(let kind):
      let channels = objective.encoding.channels(classCount: segmenter.classCount)
      let (network, values) = try build(from: source) { scope -> any Discriminator in
        let judge = kind.discriminator(scope, channels: channels)
        guard let kernels = minibatchDiscrimination else { return judge }
        return MinibatchDiscriminator(scope, judge: judge, kernels: kernels.count, width: kernels.dimensions)
      }
      let method = Alternation(
        segmenter: segmenter, discriminator: network, objective: objective, schedule: alternation,
        precision: precision)
      return (method, values)
    case .fakeClass:
      let (network, values) = try build(from: source) {
        ImageGenerator($0, height: cropHeight ?? 0, width: cropWidth ?? 0)
      }
      let method = FakeClassGame(
        segmenter: segmenter, imageGenerator: network, objective: objective, schedule: alternation,
        precision: precision)
      return (method, values)
    }
  }
}

extension TrainingConfiguration.AdversaryKind {
  /// The method that its network learns by.
  var optimizer: Optimizer.Method {
    switch self {
    case .none, .discriminator(.stanford), .discriminator(.largefov), .discriminator(.largefovlight),
      .discriminator(.smallfov), .discriminator(.smallfovlight):
      .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
    // Hung et al. 2018: their code.
    case .discriminator(.fcd): .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
    // Radford, Metz and Chintala 2016, section 3.
    case .fakeClass: .adam(beta1: 0.5, beta2: 0.999, epsilon: 1e-8)
    }
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
