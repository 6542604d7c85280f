import ArgumentParser
import SampleKit
import TesseraTensor

/// The smallest generative adversarial net: it learns a bell curve from uniform noise.
@main
struct GaussianGAN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "GaussianGAN",
    abstract: "Learn a normal distribution from uniform noise, and see the discriminator settle at one half.",
    discussion: """
      Algorithm 1 of Goodfellow et al. 2014 (arXiv:1406.2661): in each iteration k steps of the discriminator D on \
      fresh minibatches, then one of the generator G. Figures go to standard output, progress to standard error; \
      stages.png in the output folder shows both densities and D at four moments, as figure 1 of the paper does.

      D ends at one half also where it does not see a difference that is there: with one step of D for each of G and \
      a rate only five times that of G it is too smooth to tell a narrow density from the data. What helps is a D that \
      keeps up (two steps, a rate twenty times that of G) and rates that fall to 0, so that both players come to rest.

      Example:
        swift run -c release GaussianGAN --seed 1
      """)

  @Option(help: "Mean of the data, -10 to 10.") var mean = 1.5
  @Option(help: "Deviation of the data, 0.1 to 10.") var deviation = 0.5
  @Option(help: "Steps of the discriminator for each of the generator, 1 to 100; the paper's k.")
  var discriminatorSteps = 2
  @Option(help: "What the generator follows: nonsaturating, or minimax, the value of the game itself.")
  var objective = GeneratorObjective.nonsaturating
  @Option(help: "Iterations of Algorithm 1, 1 to 1000000.") var iterations = 6000
  @Option(help: "Examples in a minibatch, 1 to 65536.") var batch = 256
  @Option(help: "Learning rate of D at the start, 0.000001 to 1; both fall to 0 along half a cosine.")
  var discriminatorRate: Float = 0.01
  @Option(help: "Learning rate of G at the start, 0.000001 to 1.")
  var generatorRate: Float = 0.0005
  @Option(help: "What weights and minibatches follow from.") var seed: UInt64 = 0
  @Option(help: "Folder for the picture; it is made if it is not there.") var out = "runs/gaussian-gan"

  func validate() throws {
    try ValidationError.require(mean, in: -10...10, "mean")
    try ValidationError.require(deviation, in: 0.1...10, "deviation")
    try ValidationError.require(discriminatorSteps, in: 1...100, "discriminator-steps")
    try ValidationError.require(iterations, in: 1...1_000_000, "iterations")
    try ValidationError.require(batch, in: 1...65_536, "batch")
    try ValidationError.require(discriminatorRate, in: 0.000_001...1, "discriminator-rate")
    try ValidationError.require(generatorRate, in: 0.000_001...1, "generator-rate")
  }

  func run() throws {
    // Matrices this small gain nothing from a second thread.
    ComputeThreads.prepare(count: 1)
    let folder = try OutputFolder(path: out)
    let data = NormalDistribution(mean: mean, deviation: deviation)
    var settings = AlgorithmOne.Settings()
    settings.discriminatorSteps = discriminatorSteps
    settings.batch = batch
    settings.discriminatorRate = discriminatorRate
    settings.generatorRate = generatorRate
    settings.objective = objective
    let pair = try AdversarialPair(generatorWidth: 64, discriminatorWidth: 64, seed: seed)
    var training = AlgorithmOne(pair, data: data, settings: settings, seed: seed)
    let opening = FourStages.opening(training)

    let every = max(1, iterations / 10)
    training.run(iterations: iterations) { done, losses in
      guard done % every == 0 || done == iterations else { return }
      ProgressLine.write(
        "iteration \(done) of \(iterations): loss of D \(losses.discriminator.decimal(4)) (optimum 1.3863), of G "
          + losses.generator.decimal(4))
    }
    print(Findings(training.pair, data: data).table(data: data))
    let end = Stage(title: "(d) the end of Algorithm 1", pair: training.pair)
    let picture = try folder.write(StagePicture(data: data).draw(opening + [end]), as: "stages.png")
    print("picture: \(picture)")
  }
}
