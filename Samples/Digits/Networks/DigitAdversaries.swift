package import TesseraNN
package import TesseraTensor

/// Both perceptrons, how they learn, and where their random numbers come from.
package struct DigitAdversaries: Sendable {
  /// How both learn.
  package struct Settings: Hashable, Sendable {
    /// Digits in a minibatch.
    package var batch: Int
    /// The learning rate of Adam.
    package var rate: Float
    /// Weight decay.
    package var decay: Float
    /// Steps of the discriminator for each of the generator.
    package var discriminatorSteps: Int

    /// Begins with the usual settings.
    package init(batch: Int = 100, rate: Float = 0.01, decay: Float = 1e-4, discriminatorSteps: Int = 1) {
      self.batch = batch
      self.rate = rate
      self.decay = decay
      self.discriminatorSteps = discriminatorSteps
    }
  }

  private let generatorNetwork: DigitGenerator
  private let discriminatorNetwork: DigitDiscriminator
  /// What the generator has learned.
  package private(set) var generator: ParameterSet
  /// What the discriminator has learned.
  package private(set) var discriminator: ParameterSet
  private var generatorOptimizer: Optimizer
  private var discriminatorOptimizer: Optimizer
  private let settings: Settings
  private var noise: Generator
  private var masks: Generator

  /// Begins with random weights.
  package init(settings: Settings, seed: UInt64) throws(WeightsError) {
    self.settings = settings
    (generatorNetwork, generator) = try build(from: .random(seed: seed)) { DigitGenerator($0["generator"]) }
    (discriminatorNetwork, discriminator) = try build(from: .random(seed: seed)) {
      DigitDiscriminator($0["discriminator"])
    }
    // A short memory of gradients, since the opponent moves on.
    let method = Optimizer.Method.adam(beta1: 0.5, beta2: 0.999, epsilon: 1e-8)
    generatorOptimizer = Optimizer(method, decay: settings.decay, for: generator)
    discriminatorOptimizer = Optimizer(method, decay: settings.decay, for: discriminator)
    noise = Generator(seed: seed, stream: "noise")
    masks = Generator(seed: seed, stream: "masks")
  }

  /// G(z), `[count, 784]`.
  package func digits(from noise: Tensor) -> Tensor {
    evaluate(generator) { pass in generatorNetwork(pass.constant(noise), in: pass).value }
  }

  /// D(x) of each digit, nothing dropped.
  package func verdicts(on digits: Tensor) -> [Float] {
    evaluate(discriminator) { pass in
      activate(discriminatorNetwork(pass.constant(digits), in: pass), .sigmoid).value.elements
    }
  }

  /// One iteration of Algorithm 1.
  ///
  /// - Parameter examples: gives the digits of a fresh minibatch.
  package mutating func iterate(_ examples: () -> Tensor) -> Losses {
    var losses = Losses()
    for _ in 0..<settings.discriminatorSteps { losses.discriminator = updateDiscriminator(data: examples()) }
    losses.generator = updateGenerator()
    return losses
  }

  /// What both minimised.
  package struct Losses: Hashable, Sendable {
    /// −ln D(x) − ln(1 − D(G(z))), the mean over a minibatch.
    package var discriminator: Float = 0
    /// −ln D(G(z)).
    package var generator: Float = 0

    /// Begins at 0.
    package init() {}
  }

  private mutating func updateDiscriminator(data: Tensor) -> Float {
    let generated = digits(from: DigitNoise.sample(settings.batch, using: &noise))
    let network = discriminatorNetwork
    let step = valueAndGradients(of: discriminator, mode: mode, generator: masks) { pass in
      let loss =
        binaryCrossEntropy(network(pass.constant(data), in: pass), target: 1)
        + binaryCrossEntropy(network(pass.constant(generated), in: pass), target: 0)
      return (loss, ())
    }
    masks = step.generator
    discriminatorOptimizer.update(&discriminator, along: step.gradients, rate: settings.rate)
    return step.value
  }

  private mutating func updateGenerator() -> Float {
    let z = DigitNoise.sample(settings.batch, using: &noise)
    let (network, judge, judgeValues) = (generatorNetwork, discriminatorNetwork, discriminator)
    let step = valueAndGradients(of: generator, mode: mode, generator: masks) { pass in
      let digits = network(pass.constant(z), in: pass)
      return (binaryCrossEntropy(judge(digits, in: pass.constants(judgeValues, mode: pass.mode)), target: 1), ())
    }
    masks = step.generator
    generatorOptimizer.update(&generator, along: step.gradients, rate: settings.rate)
    return step.value
  }

  private var mode: Mode { .training(recordsStatistics: false) }
}
