import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraTraining

/// The trainer's own step on random data.
struct StepWorkload {
  private let supervised: SupervisedStep
  private let alternation: Alternation?
  private let batch: TrainingBatch
  private var learners: Learners
  private var generator = Generator(seed: 0, stream: "step")

  /// Builds the networks and a batch for a step.
  init(_ options: StepOptions, _ architecture: Architecture, height: Int, width: Int, classCount: Int) throws {
    let (network, values) = try build(from: .random(seed: 0)) { architecture.segmenter($0, classCount: classCount) }
    let judge =
      try options.adversary
      ? build(from: .random(seed: 1)) { DiscriminatorArchitecture.largefov.discriminator($0, channels: classCount) }
      : nil
    func learner(_ values: ParameterSet) -> Learner {
      Learner(
        values: values, optimizer: Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values))
    }
    learners = Learners(segmenter: learner(values), adversary: judge.map { learner($0.values) })
    let objective = Objective(
      lambda: 0.1, term: .nonsaturating, classWeights: nil,
      encoding: LabelMapEncoding(.basic, scale: options.downsample))
    let precision = options.network.format.precision
    supervised = SupervisedStep(segmenter: network, objective: objective, precision: precision)
    alternation = judge.map {
      Alternation(segmenter: network, discriminator: $0.network, objective: objective, precision: precision)
    }
    var random = generator
    batch = TrainingBatch(
      images: .normal([options.batch, 3, height, width], &random),
      labels: LabelBatch(
        shape: [options.batch, height, width], classCount: classCount,
        indices: (0..<options.batch * height * width).map { _ in UInt16(random.next() % UInt64(classCount)) }))
  }

  mutating func step() {
    guard let alternation else {
      _ = supervised.advance(&learners.segmenter, with: batch, rate: 1e-3, generator: &generator)
      return
    }
    _ = alternation.advance(
      &learners, with: batch, step: 0, rates: LearningRates(segmenter: 1e-3, adversary: 1e-4), generator: &generator)
  }
}

extension Tensor {
  /// Numbers of a normal distribution, as normalised images have them.
  static func normal(_ shape: Shape, _ generator: inout Generator) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in Float(generator.normal()) })
  }
}
