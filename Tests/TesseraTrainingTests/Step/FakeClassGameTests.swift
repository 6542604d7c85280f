import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@testable import TesseraTraining

@Suite(.serialized)
struct FakeClassGameTests {
  static let rates = LearningRates(segmenter: 1e-3, adversary: 1e-3)

  private func game(
    _ objective: Objective = StepNetworks.objective(lambda: 1), _ schedule: AlternationSchedule = .everyStep,
    unlabelled: Int = 0
  ) throws -> (FakeClassGame, StepNetworks) {
    let (artist, values) = try build(from: .random(seed: 2)) {
      ImageGenerator($0, height: StepNetworks.side, width: StepNetworks.side)
    }
    let networks = try StepNetworks(values, unlabelled: unlabelled)
    return (
      FakeClassGame(
        segmenter: networks.segmenter, imageGenerator: artist, objective: objective, schedule: schedule), networks
    )
  }

  @Test(arguments: AdversarialTerm.allCases)
  func bothLearn(_ term: AdversarialTerm) throws {
    let (game, networks) = try game(StepNetworks.objective(lambda: 1, term: term))
    var learners = networks.learners
    var generator = Generator(seed: 0, stream: "")
    let summary = game.advance(
      &learners, with: networks.batch, step: 0, rates: Self.rates, generator: &generator)
    #expect(summary.isFinite && summary[.adversaryLoss] != nil && summary[.adversarialTerm] != nil)
    #expect(zip(bits(learners.segmenter), bits(networks.learners.segmenter)).allSatisfy { $0 != $1 })
    #expect(bits(learners.adversary) != bits(networks.learners.adversary))
  }

  @Test func onlyWhoseTurnItIsLearns() throws {
    let (game, networks) = try game(StepNetworks.objective(lambda: 1), .blocks(1))
    var learners = networks.learners
    var generator = Generator(seed: 0, stream: "")
    _ = game.advance(&learners, with: networks.batch, step: 0, rates: Self.rates, generator: &generator)
    #expect(bits(learners.segmenter) == bits(networks.learners.segmenter))
    let artist = bits(learners.adversary)
    #expect(artist != bits(networks.learners.adversary))
    _ = game.advance(&learners, with: networks.batch, step: 1, rates: Self.rates, generator: &generator)
    #expect(bits(learners.adversary) == artist)
    #expect(bits(learners.segmenter) != bits(networks.learners.segmenter))
  }

  /// ½ {E sp(−lse) + E sp(lse)} over labelled pixels and generated ones, in double precision.
  @Test(arguments: [0, 3])
  func theTermIsItsFormula(_ unlabelled: Int) throws {
    let (game, networks) = try game(unlabelled: unlabelled)
    let batch = networks.batch
    let values = networks.learners.segmenter.values
    var generator = Generator(seed: 7, stream: "fakes")
    let side = StepNetworks.side
    let fakes = Tensor([2, 3, side, side], (0..<6 * side * side).map { _ in Float(generator.normal()) })
    let step = game.segmenterStep(of: values, batch, fakes: fakes, Generator(seed: 0, stream: ""))

    func scores(_ images: Tensor) -> [Double] {
      let logits = evaluate(values, mode: .training(recordsStatistics: false)) {
        networks.segmenter($0.constant(images), in: $0).variable.value
      }
      let (classes, pixels) = (StepNetworks.classCount, side * side)
      let elements = logits.elements.map(Double.init)
      return (0..<images.shape[0] * pixels).map { place in
        let first = place / pixels * classes * pixels + place % pixels
        return log((0..<classes).reduce(0.0) { $0 + exp(elements[first + $1 * pixels]) })
      }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let real: [Double]
    if let unlabelled = batch.unlabelled {
      real = scores(unlabelled.images)
    } else {
      real = zip(scores(batch.images), batch.labels.indices).compactMap { $1 == LabelBatch.void ? nil : $0 }
    }
    let expected = 0.5 * (mean(real.map { log1p(exp(-$0)) }) + mean(scores(fakes).map { log1p(exp($0)) }))
    #expect(abs(Double(step.output.term) - expected) < 1e-4 * expected)
    #expect(abs(step.value - (step.output.crossEntropy + step.output.term)) < 1e-5)
    // At a pixel's logits the gradient is ½ (σ(lse) − t) · softmax / count, of real and of generated pixels alike.
    func squares(_ images: Tensor, target: Double, counts: (Int) -> Bool) -> Double {
      let logits = evaluate(values, mode: .training(recordsStatistics: false)) {
        networks.segmenter($0.constant(images), in: $0).variable.value
      }.elements.map { Double($0) }
      let (classes, pixels) = (StepNetworks.classCount, side * side)
      let places = (0..<images.shape[0] * pixels).filter(counts)
      return places.reduce(0.0) { total, place in
        let first = place / pixels * classes * pixels + place % pixels
        let exponentials = (0..<classes).map { exp(logits[first + $0 * pixels]) }
        let sum = exponentials.reduce(0, +)
        let factor = 0.5 * (sum / (1 + sum) - target) / Double(places.count)
        return total + exponentials.reduce(0) { $0 + (factor * $1 / sum) * (factor * $1 / sum) }
      }
    }
    let seen = batch.unlabelled?.images ?? batch.images
    let shown = batch.unlabelled?.shown ?? batch.labels
    let norm =
      (squares(seen, target: 1) { shown.indices[$0] != LabelBatch.void }
      + squares(fakes, target: 0) { _ in true }).squareRoot()
    #expect(abs(Double(step.output.adversarialGradient.value) - norm) < 1e-3 * norm)
  }
}
