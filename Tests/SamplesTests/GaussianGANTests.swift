import ArgumentParser
import Foundation
import SampleKit
import TesseraImaging
import TesseraTensor
import Testing

@testable import GaussianGAN

/// The smallest adversarial net against what is known in closed form.
struct GaussianGANTests {
  private let data = NormalDistribution(mean: 1.5, deviation: 0.5)

  @Test func densitiesAndCumulativesAgree() {
    #expect(abs(data.density(1.5) - 0.797_884_560_8) < 1e-9)
    #expect(abs(data.cumulative(1.5) - 0.5) < 1e-12)
    #expect(abs(data.cumulative(2.48) - 0.975) < 1e-4)
    let steps = stride(from: -2.0, to: 2.2, by: 0.001)
    #expect(abs(steps.reduce(0) { $0 + data.density($1 + 0.0005) * 0.001 } - data.cumulative(2.2)) < 1e-6)
  }

  @Test func theBestLogitIsTheRatioOfDensities() {
    let other = NormalDistribution(mean: 0.7, deviation: 0.9)
    for x in [-1.0, 0, 0.3, 1.5, 4] {
      let expected = log(data.density(x) / other.density(x))
      #expect(abs(data.optimalLogit(x, against: other) - expected) < 1e-9 * max(1, abs(expected)))
    }
    // With equal deviations it is a straight line.
    let shifted = NormalDistribution(mean: 0, deviation: 0.5)
    let logits = [0.0, 1, 2].map { data.optimalLogit($0, against: shifted) }
    #expect(abs(logits[0] + logits[2] - 2 * logits[1]) < 1e-9)
  }

  @Test func examplesHaveMeanAndDeviation() {
    var generator = Generator(seed: 5, stream: "examples")
    let found = GeneratedDistribution(data.examples(20_000, using: &generator).elements.map { Double($0) })
    #expect(abs(found.mean - 1.5) < 0.015 && abs(found.deviation - 0.5) < 0.01)
    #expect(found.wasserstein(to: data) < 0.015 && found.totalVariation(to: data) < 0.04)
  }

  @Test func distancesOfShiftedDensitiesAreKnown() {
    // Quantiles of the data moved by 0.3: all mass moves by 0.3.
    let places = 4000
    var (quantiles, x) = ([Double](), -2.0)
    for index in 0..<places {
      while data.cumulative(x) < (Double(index) + 0.5) / Double(places) { x += 0.0002 }
      quantiles.append(x)
    }
    let same = GeneratedDistribution(quantiles)
    #expect(same.wasserstein(to: data) < 0.002 && same.totalVariation(to: data) < 0.005)
    let moved = GeneratedDistribution(quantiles.map { $0 + 0.3 })
    #expect(abs(moved.wasserstein(to: data) - 0.3) < 0.002)
    // Half the total variation's points lie at the middle: 2Φ(0.3) − 1 for a shift of 0.6 deviations.
    #expect(abs(moved.totalVariation(to: data) - 0.2358) < 0.005)
    let far = GeneratedDistribution([100])
    #expect(abs(far.totalVariation(to: data) - 1) < 1e-9 && abs(far.wasserstein(to: data) - 98.5) < 0.02)
  }

  @Test func noiseIsEvenAndWithinBounds() {
    #expect(Noise.lattice(4).elements == [-0.75, -0.25, 0.25, 0.75])
    var generator = Generator(seed: 1, stream: "noise")
    let sample = Noise.sample(10_000, using: &generator).elements
    #expect(sample.allSatisfy { (-1...1).contains($0) })
    #expect(abs(sample.reduce(0, +) / 10_000) < 0.02)
  }

  @Test func aDiscriminatorOfAFixedGeneratorFindsTheRatio() throws {
    let other = NormalDistribution(mean: 0.9, deviation: 0.8)
    var pair = try AdversarialPair(generatorWidth: 4, discriminatorWidth: 32, seed: 3)
    var generator = Generator(seed: 3, stream: "examples")
    let steps = 800
    var loss: Float = 0
    for step in 0..<steps {
      let share = 1 - Float(step) / Float(steps)
      loss = pair.updateDiscriminator(
        data: data.examples(256, using: &generator), generated: other.examples(256, using: &generator),
        rate: 0.01 * share)
    }
    #expect(loss < 1.3863 && loss > 0.9)
    let places = stride(from: -2.0, through: 4, by: 0.1).filter { data.density($0) + other.density($0) > 0.1 }
    #expect(places.count > 20)
    let logits = pair.logits(of: Tensor([places.count, 1], places.map { Float($0) })).elements
    for (x, logit) in zip(places, logits) {
      let expected = data.optimalLogit(x, against: other)
      // D within 0.06 of D*: a logit far from 0 may be off by more.
      #expect(abs(1 / (1 + exp(-Double(logit))) - 1 / (1 + exp(-expected))) < 0.06, "at \(x): \(logit), \(expected)")
    }
  }

  @Test func algorithmOneFindsTheData() throws {
    ComputeThreads.prepare(count: 1)
    func train(iterations: Int) throws -> AdversarialPair {
      let pair = try AdversarialPair(generatorWidth: 32, discriminatorWidth: 32, seed: 0)
      var training = AlgorithmOne(
        pair, data: data, settings: AlgorithmOne.Settings(batch: 128, generatorRate: 0.002), seed: 0)
      training.run(iterations: iterations)
      return training.pair
    }
    let findings = Findings(try train(iterations: 500), data: data)
    #expect(abs(findings.generatedMean - 1.5) < 0.15 && abs(findings.generatedDeviation - 0.5) < 0.15, "\(findings)")
    #expect((0.45...0.55).contains(findings.verdictOnData), "\(findings)")
    #expect((0.45...0.55).contains(findings.verdictOnGenerated), "\(findings)")
    // The same seed leads to the same numbers.
    let noise = Noise.lattice(9)
    let (once, again) = (try train(iterations: 10), try train(iterations: 10))
    #expect(once.generated(from: noise).elements == again.generated(from: noise).elements)
  }

  @Test func aStepOfOnePlayerLeavesTheOtherAlone() throws {
    var pair = try AdversarialPair(generatorWidth: 8, discriminatorWidth: 8, seed: 1)
    let noise = Noise.lattice(16)
    let (samples, logits) = (pair.generated(from: noise).elements, pair.logits(of: noise).elements)
    _ = pair.updateDiscriminator(data: noise, generated: pair.generated(from: noise), rate: 0.01)
    #expect(pair.generated(from: noise).elements == samples && pair.logits(of: noise).elements != logits)
    let judged = pair.logits(of: noise).elements
    _ = pair.updateGenerator(noise: noise, objective: .minimax, rate: 0.01)
    #expect(pair.generated(from: noise).elements != samples && pair.logits(of: noise).elements == judged)
  }

  @Test(arguments: GeneratorObjective.allCases)
  func bothObjectivesMoveTowardsHighVerdicts(objective: GeneratorObjective) throws {
    var training = AlgorithmOne(
      try AdversarialPair(generatorWidth: 16, discriminatorWidth: 16, seed: 2), data: data,
      settings: AlgorithmOne.Settings(), seed: 2)
    for _ in 0..<200 { _ = training.discriminatorStep() }
    let noise = Noise.lattice(64)
    func verdict() -> Double {
      verdicts(training.pair, on: training.pair.generated(from: noise).elements.map { Double($0) }).reduce(0, +) / 64
    }
    let before = verdict()
    for _ in 0..<30 {
      _ = training.pair.updateGenerator(noise: noise, objective: objective, rate: 0.002)
    }
    #expect(verdict() > before + 0.01)
  }

  @Test(arguments: [
    (["--deviation", "0"], "--deviation 0.0: give 0.1 to 10.0"),
    (["--discriminator-steps", "0"], "--discriminator-steps 0: give 1 to 100"),
    (["--iterations", "0"], "--iterations 0: give 1 to 1000000"), (["--batch", "0"], "--batch 0: give 1 to 65536"),
    (["--mean", "nan"], "--mean nan: give -10.0 to 10.0"),
  ])
  func optionsHaveBounds(arguments: [String], message: String) {
    let failure = #expect(throws: (any Error).self) { try GaussianGAN.parse(arguments) }
    #expect(failure.map { GaussianGAN.message(for: $0) } == message)
  }

  @Test func fourStagesMakeOnePicture() throws {
    var training = AlgorithmOne(
      try AdversarialPair(generatorWidth: 8, discriminatorWidth: 8, seed: 2), data: data,
      settings: AlgorithmOne.Settings(batch: 16), seed: 2)
    let opening = FourStages.opening(training)
    training.run(iterations: 3)
    let picture = StagePicture(data: data).draw(opening + [Stage(title: "(d)", pair: training.pair)])
    #expect(opening.count == 3 && picture.width == 1120 && picture.height > 800)
  }
}
