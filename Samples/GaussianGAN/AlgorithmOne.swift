import SampleKit
import TesseraNN
import TesseraTensor

/// Minibatch training of a generative adversarial net: in each iteration k steps of the discriminator on fresh
/// minibatches, then one of the generator.
///
/// Source: Goodfellow et al. 2014 (arXiv:1406.2661), Algorithm 1.
struct AlgorithmOne: Sendable {
  /// How the players move.
  struct Settings: Hashable, Sendable {
    var discriminatorSteps = 2
    var batch = 256
    var discriminatorRate: Float = 0.01
    var generatorRate: Float = 0.0005
    var objective = GeneratorObjective.nonsaturating
  }

  let data: NormalDistribution
  let settings: Settings
  var pair: AdversarialPair
  private var generator: Generator

  /// - Parameter seed: what the minibatches follow from.
  init(_ pair: AdversarialPair, data: NormalDistribution, settings: Settings, seed: UInt64) {
    self.pair = pair
    self.data = data
    self.settings = settings
    generator = Generator(seed: seed, stream: "minibatches")
  }

  /// Goes on for some iterations; the learning rates fall along half a cosine, so that both players come to rest.
  mutating func run(iterations: Int, progress: (_ done: Int, _ losses: Losses) -> Void = { _, _ in }) {
    let schedule = LearningRateSchedule(.cosine, totalSteps: iterations)
    for iteration in 0..<iterations {
      let share = Float(schedule.share(at: iteration))
      var losses = Losses()
      for _ in 0..<settings.discriminatorSteps { losses.discriminator = discriminatorStep(share: share) }
      losses.generator = generatorStep(share: share)
      progress(iteration + 1, losses)
    }
  }

  /// What both players minimised in an iteration.
  struct Losses: Hashable, Sendable {
    var discriminator: Float = 0
    var generator: Float = 0
  }

  /// One step of the discriminator on a fresh minibatch, at a share of its rate; returns its loss.
  mutating func discriminatorStep(share: Float = 1) -> Float {
    let noise = Noise.sample(settings.batch, using: &generator)
    let examples = data.examples(settings.batch, using: &generator)
    return pair.updateDiscriminator(
      data: examples, generated: pair.generated(from: noise), rate: share * settings.discriminatorRate)
  }

  /// One step of the generator on a fresh minibatch, at a share of its rate; returns its loss.
  mutating func generatorStep(share: Float = 1) -> Float {
    let noise = Noise.sample(settings.batch, using: &generator)
    return pair.updateGenerator(noise: noise, objective: settings.objective, rate: share * settings.generatorRate)
  }
}
