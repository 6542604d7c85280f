import Digits
import TesseraNN
import TesseraTensor

/// The same classifier under every scheme: the same weights at the start, the same digits in the same order.
struct SchemeComparison: Sendable {
  /// How generator and classifiers learn.
  struct Settings: Hashable, Sendable {
    var labels = 1000
    var generated = 1000
    var steps = 3000
    var generatorSteps = 8000
  }

  private let digits: DigitSet
  private let split: DigitSplit
  private let settings: Settings
  private let seed: UInt64
  private let written: [Int]

  /// Digits of both kinds in a minibatch, as far as there are so many.
  private static let batch = 100

  /// - Precondition: the number of labels is a multiple of 10 for which there are digits of each class.
  init(on digits: DigitSet, settings: Settings, seed: UInt64) {
    self.digits = digits
    self.settings = settings
    self.seed = seed
    split = DigitSplit(count: digits.count)
    var choice = Generator(seed: seed, stream: "labels")
    written = split.labelled(perClass: settings.labels / DigitSet.classCount, of: digits, using: &choice)
  }

  /// Lets a generator learn from the digits that the classifiers learn from, and draw as many as are asked for.
  ///
  /// - Parameter progress: takes the number of steps done and the losses.
  func generated(progress: (Int, DigitAdversaries.Losses) -> Void) throws(WeightsError) -> DigitSet {
    let size = min(Self.batch, written.count)
    var adversaries = try DigitAdversaries(settings: DigitAdversaries.Settings(batch: size), seed: seed)
    var minibatches = Minibatches(of: written, size: size, generator: Generator(seed: seed, stream: "generator order"))
    for step in 1...settings.generatorSteps {
      progress(step, adversaries.iterate { digits.images(at: minibatches.next()) })
    }
    var noise = Generator(seed: seed, stream: "drawn")
    let drawn = adversaries.digits(from: DigitNoise.sample(settings.generated, using: &noise))
    return DigitSet(
      pixels: drawn.elements.map { UInt8((255 * min(max($0, 0), 1)).rounded()) },
      labels: [UInt8](repeating: 0, count: settings.generated))
  }

  /// The share of held-out digits that a classifier names wrongly which learned under a scheme.
  ///
  /// Each minibatch has digits of both kinds, as many as there are of each; the loss is the mean over all of them.
  func error(_ scheme: PseudoLabelScheme, with generated: DigitSet) throws(WeightsError) -> Double {
    var classifier = try TrainedClassifier(seed: seed, classes: scheme.classCount)
    let size = min(Self.batch, written.count)
    let drawnSize = max(1, min(size * generated.count / written.count, generated.count))
    var writtenBatches = Minibatches(of: written, size: size, generator: Generator(seed: seed, stream: "order"))
    var drawnBatches = Minibatches(
      of: Array(0..<generated.count), size: drawnSize, generator: Generator(seed: seed, stream: "drawn order"))
    let schedule = LearningRateSchedule(.cosine, totalSteps: settings.steps)
    let share = Float(drawnSize) / Float(size + drawnSize)
    for step in 0..<settings.steps {
      let (batch, drawn) = (writtenBatches.next(), drawnBatches.next())
      classifier.step(rate: TrainedClassifier.rate * Float(schedule.share(at: step))) { network, pass in
        let named = crossEntropy(
          network(pass.constant(digits.images(at: batch)), in: pass).asMap, digits.labels(at: batch))
        // Without a part in the loss, generated digits are not looked at either.
        guard scheme != .none, let loss = scheme.loss(network(pass.constant(generated.images(at: drawn)), in: pass))
        else { return named }
        return (1 - share) * named + share * loss
      }
    }
    return classifier.error(on: digits, split.heldOut)
  }
}
