import TesseraNN
import TesseraTensor

/// A generator and a discriminator that learn from each other: a value, so that a copy can be led another way.
struct AdversarialPair: Sendable {
  private struct Player {
    let network: CurveNetwork
    var values: ParameterSet
    var optimizer: Optimizer

    init(width: Int, addsInput: Bool, seed: UInt64) throws(WeightsError) {
      (network, values) = try build(from: .random(seed: seed)) {
        CurveNetwork($0, width: width, addsInput: addsInput)
      }
      // A short memory of gradients, since the opponent moves on.
      optimizer = Optimizer(.adam(beta1: 0.5, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values)
    }
  }

  private var generator: Player
  private var discriminator: Player

  init(generatorWidth: Int, discriminatorWidth: Int, seed: UInt64) throws(WeightsError) {
    var seeds = Generator(seed: seed, stream: "networks")
    generator = try Player(width: generatorWidth, addsInput: true, seed: seeds.next())
    discriminator = try Player(width: discriminatorWidth, addsInput: false, seed: seeds.next())
  }

  /// G(z), `[count, 1]` as the noise.
  func generated(from noise: Tensor) -> Tensor {
    evaluate(generator.values) { pass in generator.network(pass.constant(noise), in: pass).value }
  }

  /// The logits of D(x), `[count, 1]` as the examples.
  func logits(of examples: Tensor) -> Tensor {
    evaluate(discriminator.values) { pass in discriminator.network(pass.constant(examples), in: pass).value }
  }

  /// One ascent of ln D(x) + ln(1 − D(G(z))), the mean over a minibatch of each; returns its negative.
  mutating func updateDiscriminator(data: Tensor, generated: Tensor, rate: Float) -> Float {
    let network = discriminator.network
    let step = valueAndGradients(of: discriminator.values, mode: mode, generator: Self.unused) { pass in
      let loss =
        binaryCrossEntropy(network(pass.constant(data), in: pass), target: 1)
        + binaryCrossEntropy(network(pass.constant(generated), in: pass), target: 0)
      return (loss, ())
    }
    discriminator.optimizer.update(&discriminator.values, along: step.gradients, rate: rate)
    return step.value
  }

  /// One step of the generator against the discriminator as it stands; returns the loss.
  mutating func updateGenerator(noise: Tensor, objective: GeneratorObjective, rate: Float) -> Float {
    let (network, judge, judgeValues) = (generator.network, discriminator.network, discriminator.values)
    let step = valueAndGradients(of: generator.values, mode: mode, generator: Self.unused) { pass in
      let examples = network(pass.constant(noise), in: pass)
      return (objective.loss(judge(examples, in: pass.constants(judgeValues, mode: pass.mode))), ())
    }
    generator.optimizer.update(&generator.values, along: step.gradients, rate: rate)
    return step.value
  }

  private var mode: Mode { .training(recordsStatistics: false) }
  /// Nothing here drops.
  private static let unused: Generator = Generator(seed: 0, stream: "none")
}
