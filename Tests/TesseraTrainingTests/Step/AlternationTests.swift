import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@testable import TesseraTraining

@Suite(.serialized)
struct AlternationTests {
  static let kinds: [LabelMapEncoding.Kind] = [.basic, .product, .scaling(threshold: 0.9)]
  static let rates = LearningRates(segmenter: 1e-3, adversary: 1e-3)

  private func game(
    _ kind: DiscriminatorArchitecture = .smallfovlight, _ objective: Objective = StepNetworks.objective(),
    _ schedule: AlternationSchedule = .everyStep, unlabelled: Int = 0
  ) throws -> (Alternation, StepNetworks) {
    let channels = objective.encoding.channels(classCount: StepNetworks.classCount)
    let (judge, values) = try build(from: .random(seed: 2)) { kind.discriminator($0, channels: channels) }
    let networks = try StepNetworks(values, unlabelled: unlabelled)
    return (
      Alternation(
        segmenter: networks.segmenter, discriminator: judge, objective: objective, schedule: schedule), networks
    )
  }

  @Test(arguments: DiscriminatorArchitecture.allCases, kinds)
  func everyDiscriminatorLearnsFromEveryEncoding(
    _ kind: DiscriminatorArchitecture, _ encoding: LabelMapEncoding.Kind
  ) throws {
    guard kind != .stanford || encoding != .product else { return }
    let (alternation, networks) = try game(kind, StepNetworks.objective(kind: encoding))
    var learners = networks.learners
    var generator = Generator(seed: 0, stream: "")
    let summaries = (0..<2).map {
      alternation.advance(&learners, with: networks.batch, step: $0, rates: Self.rates, generator: &generator)
    }
    #expect(summaries.filter(\.isFinite).count == 2)
    for summary in summaries {
      let gradients = [summary[.adversarialGradient] ?? 0, summary[.crossEntropyGradient] ?? 0]
      #expect(gradients[0] > 0 && gradients[1] > 0)
    }
    #expect(zip(bits(learners.segmenter), bits(networks.learners.segmenter)).allSatisfy { $0 != $1 })
    #expect(bits(learners.adversary) != bits(networks.learners.adversary))
  }

  /// A step of one network leaves the other's numbers, statistics and optimiser as they are, to the bit.
  @Test func onlyWhoseTurnItIsLearns() throws {
    let (alternation, networks) = try game(.smallfovlight, StepNetworks.objective(), .blocks(1))
    var learners = networks.learners
    var generator = Generator(seed: 0, stream: "")
    let own = alternation.advance(
      &learners, with: networks.batch, step: 0, rates: Self.rates, generator: &generator)
    #expect(bits(learners.segmenter) == bits(networks.learners.segmenter))
    #expect(bits(learners.adversary) != bits(networks.learners.adversary))
    #expect(own[.adversaryLoss] != nil && own[.crossEntropy] == nil && own[.gradientNorm] == nil)
    let judged = bits(learners.adversary)
    let other = alternation.advance(
      &learners, with: networks.batch, step: 1, rates: Self.rates, generator: &generator)
    #expect(bits(learners.segmenter) != bits(networks.learners.segmenter))
    #expect(bits(learners.adversary) == judged)
    #expect(other[.adversaryLoss] == nil && other[.crossEntropy] != nil && other[.adversarialTerm] != nil)
  }

  /// The loss is the sum of its parts, whose gradients at the logits are told apart.
  @Test(arguments: AdversarialTerm.allCases)
  func theTermsAreToldApart(_ term: AdversarialTerm) throws {
    let lambda: Float = 0.25
    let (alternation, networks) = try game(.smallfovlight, StepNetworks.objective(lambda: lambda, term: term))
    var learners = networks.learners
    var generator = Generator(seed: 0, stream: "")
    let summary = alternation.advance(
      &learners, with: networks.batch, step: 0,
      rates: LearningRates(segmenter: 1e-3, adversary: 0), generator: &generator)
    // The same terms apart, of the same networks, differentiated by the logits as parameters.
    let (key, logits) = try logits(of: networks)
    func norm(_ loss: (Variable, ForwardPass) -> Variable) -> Float {
      valueAndGradients(
        of: logits, mode: .training(recordsStatistics: false), generator: Generator(seed: 0, stream: "")
      ) { pass in (loss(pass[key], pass), ()) }.gradients.norm
    }
    let crossEntropyNorm = norm { logits, _ in crossEntropy(logits, networks.batch.labels) }
    let adversarialNorm = norm { logits, pass in
      let judge = pass.constants(
        networks.learners.adversary!.values, mode: .training(recordsStatistics: false))
      let (batch, encoding) = (networks.batch, alternation.objective.encoding)
      let maps = encoding(
        ClassProbabilities(softmax(logits)), images: batch.images, labels: batch.labels, in: pass)
      let truth = encoding(
        truth: batch.labels, beside: logits.value, images: batch.images, in: pass)
      let reference = term.reference { alternation.discriminator(truth, in: judge) }
      return lambda * term.loss(alternation.discriminator(maps, in: judge), reference: reference)
    }
    let found = try #require(summary[.crossEntropyGradient])
    #expect(abs(found - crossEntropyNorm) <= 1e-4 * crossEntropyNorm)
    let adversarial = try #require(summary[.adversarialGradient])
    #expect(adversarialNorm > 0 && abs(adversarial - adversarialNorm) <= 1e-3 * adversarialNorm)
  }

  private func logits(of networks: StepNetworks) throws -> (ParameterKey, ParameterSet) {
    let logits = evaluate(networks.learners.segmenter.values, mode: .training(recordsStatistics: false)) { pass in
      networks.segmenter(pass.constant(networks.batch.images), in: pass).variable.value
    }
    return try build(from: .stored(["logits": logits])) { $0.parameter("logits", logits.shape, .zeros) }
  }

  /// Smoothed ground truth: what the discriminator is told, and nothing else, changes.
  @Test func theTargetOfGroundTruth() throws {
    let (plain, networks) = try game()
    let (smoothed, _) = try game(.smallfovlight, StepNetworks.objective(truthTarget: 0.9))
    let judge = try #require(networks.learners.adversary).values
    let prediction = Tensor.filled([2, 3, 32, 32], with: 1 / 3)
    let steps = [plain, smoothed].map {
      $0.discriminatorStep(of: judge, prediction: prediction, networks.batch, generator: Generator(seed: 0, stream: ""))
    }
    // l(z, 0.9) = l(z, 1) + 0.1 z.
    let truth = steps[0].output.truth.elements
    let expected = steps[0].value + 0.1 * truth.reduce(0, +) / Float(truth.count)
    #expect(abs(steps[1].value - expected) < 1e-5)
    #expect(steps[1].output.prediction.elements == steps[0].output.prediction.elements)
  }

  /// Images without labels add their terms, self-training from its step on, and never teach the discriminator.
  @Test func imagesWithoutLabels() throws {
    let unlabelled = UnlabelledObjective(lambda: 0.2, selfTrainingLambda: 0.5, threshold: 0, selfTrainingStart: 2)
    let (alternation, networks) = try game(.fcd, StepNetworks.objective(unlabelled: unlabelled), unlabelled: 3)
    let judge = try #require(networks.learners.adversary).values
    let totals = [1, 2].map { step in
      valueAndGradients(
        of: networks.learners.segmenter.values, mode: .training(recordsStatistics: true),
        generator: Generator(seed: 0, stream: "")
      ) { pass in
        let prediction = ObservedPrediction(
          alternation.segmenter(pass.constant(networks.batch.images), in: pass))
        let loss = alternation.segmenterLoss(prediction, networks.batch, against: judge, step: step, in: pass)
        return (loss.total, loss)
      }
    }
    let (before, after) = (totals[0].output, totals[1].output)
    #expect(before.selfTraining == nil)
    let (ce, term) = (before.crossEntropy.value.scalar, before.term.value.scalar)
    let own = try #require(before.unlabelledTerm).value.scalar
    #expect(abs(totals[0].value - (ce + 0.1 * term + 0.2 * own)) < 1e-5)
    let selfTraining = try #require(after.selfTraining)
    // A threshold of 0 trusts every place.
    #expect(selfTraining.trusted == 1)
    #expect(abs(totals[1].value - (totals[0].value + 0.5 * selfTraining.loss.value.scalar)) < 1e-5)
    #expect(totals[0].gradients.norm != totals[1].gradients.norm)

    var with = networks.learners
    var without = networks.learners
    var generators = [Generator(seed: 0, stream: ""), Generator(seed: 0, stream: "")]
    let labelled = TrainingBatch(images: networks.batch.images, labels: networks.batch.labels)
    _ = alternation.advance(&with, with: networks.batch, step: 0, rates: Self.rates, generator: &generators[0])
    _ = alternation.advance(&without, with: labelled, step: 0, rates: Self.rates, generator: &generators[1])
    #expect(bits(with.adversary) == bits(without.adversary))
    #expect(bits(with.segmenter) != bits(without.segmenter))
  }

  /// The pull to the past is 2·w·(θ − mean), from the third step on: before it there is one set of numbers or none.
  @Test func historicalAveragingPullsBack() throws {
    let (alternation, networks) = try game()
    let (rate, weight): (Float, Float) = (0.01, 3)
    var free = networks.learners
    let values = free.segmenter.values
    free.segmenter.optimizer = Optimizer(.sgd(momentum: 0, nesterov: false), decay: 0, for: values)
    var held = free
    held.segmenter.history = HistoricalAverage(of: values, weight: weight)
    var past: [ParameterSet] = []
    for step in 0..<3 {
      for isHeld in [false, true] {
        var generator = Generator(seed: 0, stream: "\(step)")
        var learners = isHeld ? held : free
        let summary = alternation.advance(
          &learners, with: networks.batch, step: step, rates: LearningRates(segmenter: rate, adversary: 1e-3),
          generator: &generator)
        #expect(summary.isFinite)
        if isHeld { held = learners } else { free = learners }
      }
      if step < 2 {
        #expect(bits(free.segmenter) == bits(held.segmenter), "step \(step)")
        past.append(held.segmenter.values)
      }
    }
    #expect(held.segmenter.history?.state.count == 3)
    var largest: Float = 0
    for (index, name) in values.names.enumerated() {
      let (first, second) = (past[0].parameters[index].elements, past[1].parameters[index].elements)
      let (without, with) = (free.segmenter.values.parameters[index], held.segmenter.values.parameters[index])
      for (place, pulled) in zip(without.elements, with.elements).enumerated().map({ ($0, $1.1 - $1.0) }) {
        // The mean of two lies half their distance away.
        let expected = -rate * weight * (second[place] - first[place])
        largest = max(largest, abs(expected))
        #expect(abs(pulled - expected) <= 1e-6 + 1e-3 * abs(expected), "\(name)")
      }
    }
    #expect(largest > 1e-5)
  }

  /// Void alone: nothing to learn from, and nothing breaks.
  @Test(arguments: [DiscriminatorArchitecture.largefov, .fcd], kinds)
  func voidAlone(_ kind: DiscriminatorArchitecture, _ encoding: LabelMapEncoding.Kind) throws {
    let (alternation, networks) = try game(kind, StepNetworks.objective(kind: encoding))
    let side = StepNetworks.side
    let batch = TrainingBatch(
      images: networks.batch.images,
      labels: LabelBatch(
        shape: [2, side, side], classCount: StepNetworks.classCount,
        indices: [UInt16](repeating: LabelBatch.void, count: 2 * side * side)))
    var learners = networks.learners
    var generator = Generator(seed: 0, stream: "")
    let summary = alternation.advance(&learners, with: batch, step: 0, rates: Self.rates, generator: &generator)
    #expect(summary.isFinite && summary[.crossEntropy] == 0)
    #expect(learners.segmenter.values.weights.allSatisfy { $0.tensor.nonfiniteCount() == 0 })
  }
}
