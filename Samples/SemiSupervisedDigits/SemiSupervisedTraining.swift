import Digits
import TesseraNN
import TesseraTensor

/// A classifier that learns from few labelled digits, and from many unlabelled and generated ones.
struct SemiSupervisedTraining: Sendable {
  /// How it learns.
  struct Settings: Hashable, Sendable {
    var labels = 100
    var width = 500
    var epochs = 30
    var rate: Float = 0.003
    /// Whether unlabelled and generated digits take part; else the same classifier learns from labelled ones alone.
    var usesGenerator = true
  }

  private let digits: DigitSet
  private let split: DigitSplit
  private let settings: Settings
  private let classifierNetwork: NoisyClassifier
  private let generatorNetwork: NormalizedGenerator
  private var classifier: ParameterSet
  private var generator: ParameterSet
  private var classifierOptimizer: Optimizer
  private var generatorOptimizer: Optimizer
  private var average: WeightAverage
  private var labelled: Minibatches
  private var unlabelled: Minibatches
  private var noise: Generator
  private var masks: Generator
  private var stepCount = 0

  /// Digits in a minibatch.
  static let batch = 100

  /// - Precondition: the number of labels is a multiple of 10 for which there are digits of each class.
  init(on digits: DigitSet, settings: Settings, seed: UInt64) throws(WeightsError) {
    self.digits = digits
    self.settings = settings
    split = DigitSplit(count: digits.count)
    let classifierNetwork: NoisyClassifier
    let random: ParameterSet
    (classifierNetwork, random) = try build(from: .random(seed: seed)) {
      NoisyClassifier($0["classifier"], width: settings.width)
    }
    self.classifierNetwork = classifierNetwork
    classifier = classifierNetwork.initialized(random, by: digits.images(at: split.training.prefix(500)))
    (generatorNetwork, generator) = try build(from: .random(seed: seed)) { NormalizedGenerator($0["generator"]) }
    let method = Optimizer.Method.adam(beta1: 0.5, beta2: 0.999, epsilon: 1e-8)
    classifierOptimizer = Optimizer(method, decay: 0, for: classifier)
    generatorOptimizer = Optimizer(method, decay: 0, for: generator)
    average = WeightAverage(of: classifier, decay: 0.999)
    var choice = Generator(seed: seed, stream: "labels")
    let told = split.labelled(perClass: settings.labels / DigitSet.classCount, of: digits, using: &choice)
    labelled = Minibatches(
      of: told, size: min(Self.batch, told.count), generator: Generator(seed: seed, stream: "labelled order"))
    unlabelled = Minibatches(
      of: split.training, size: min(Self.batch, split.training.count),
      generator: Generator(seed: seed, stream: "unlabelled order"))
    noise = Generator(seed: seed, stream: "noise")
    masks = Generator(seed: seed, stream: "masks")
  }

  /// The share of held-out digits that the average of the weights names wrongly.
  var error: Double {
    let scores = evaluate(average.values) { pass in
      classifierNetwork(pass.constant(digits.images(at: split.heldOut)), in: pass).logits.value
    }
    return errorRate(of: scores, digits, split.heldOut)
  }

  /// What the generator draws from fresh noise, `[count, 784]`.
  func drawn(_ count: Int) -> Tensor {
    var generator = noise
    return generated(DigitNoise.sample(count, using: &generator))
  }

  private func generated(_ noise: Tensor) -> Tensor {
    evaluate(generator, mode: .training(recordsStatistics: false)) { pass in
      generatorNetwork(pass.constant(noise), in: pass).value
    }
  }

  /// Learns from as many minibatches as make one epoch of the unlabelled digits.
  mutating func runEpoch() {
    let schedule = LearningRateSchedule(.cosine, totalSteps: settings.epochs * unlabelled.countPerEpoch)
    for _ in 0..<unlabelled.countPerEpoch {
      let rate = settings.rate * Float(schedule.share(at: stepCount))
      stepCount += 1
      updateClassifier(rate: rate)
      average.add(classifier, step: stepCount)
      if settings.usesGenerator { updateGenerator(rate: rate) }
    }
  }

  /// Cross-entropy of the labelled digits; with a generator, half the loss of telling digits from generated ones too.
  private mutating func updateClassifier(rate: Float) {
    let (network, digits, settings) = (classifierNetwork, digits, settings)
    let told = labelled.next()
    let data = digits.images(at: unlabelled.next())
    let drawn = settings.usesGenerator ? generated(DigitNoise.sample(Self.batch, using: &noise)) : nil
    let step = valueAndGradients(of: classifier, mode: .training(recordsStatistics: false), generator: masks) { pass in
      let named = crossEntropy(
        network(pass.constant(digits.images(at: told)), in: pass).logits.asMap, digits.labels(at: told))
      guard let drawn else { return (named, ()) }
      let judged =
        fakeClassLoss(network(pass.constant(data), in: pass).logits, target: 1)
        + fakeClassLoss(network(pass.constant(drawn), in: pass).logits, target: 0)
      return (named + 0.5 * judged, ())
    }
    masks = step.generator
    let before = classifier
    classifierOptimizer.update(&classifier, along: step.gradients, rate: rate)
    classifier = network.keepingLengths(of: before, in: classifier)
  }

  /// Feature matching: what the classifier sees in generated digits is to be, on average, what it sees in others.
  private mutating func updateGenerator(rate: Float) {
    let (network, judge, judgeValues) = (generatorNetwork, classifierNetwork, classifier)
    let z = DigitNoise.sample(Self.batch, using: &noise)
    let data = digits.images(at: unlabelled.next())
    let step = valueAndGradients(of: generator, mode: .training(recordsStatistics: true), generator: masks) { pass in
      let eye = pass.constants(judgeValues, mode: .inference)
      let drawn = judge(network(pass.constant(z), in: pass), in: eye).features
      return (featureMatching(drawn, judge(pass.constant(data), in: eye).features), ())
    }
    masks = step.generator
    generatorOptimizer.update(&generator, along: step.gradients, rate: rate)
    generator.buffers = step.buffers
  }
}
