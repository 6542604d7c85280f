import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@testable import TesseraTraining

/// Holds a whole step of both networks against PyTorch's.
@Suite(.serialized)
struct GoldenStepTests {
  static let goldens: [String] = GoldenStep.shared == nil ? ["own"] : ["own", "shared"]

  private func golden(_ name: String) throws -> GoldenStep {
    name == "own" ? try .own() : try #require(GoldenStep.shared)
  }

  @Test("the shared golden is at hand")
  func sharedGoldenIsPresent() {
    if GoldenStep.shared == nil { print("skipped: ../shared/data/golden is absent, only the small golden is checked") }
  }

  @Test(arguments: goldens, AdversarialTerm.allCases)
  func segmenterStepAgrees(_ name: String, _ term: AdversarialTerm) throws {
    let golden = try golden(name)
    let (segmenter, values) = try golden.segmenter()
    let (discriminator, judge) = try golden.discriminator()
    let alternation = Alternation(
      segmenter: segmenter, discriminator: discriminator,
      objective: Objective(lambda: 0.1, term: term, classWeights: nil, encoding: BasicEncoding(scale: 1)))
    let step = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 0, stream: "")
    ) { pass in
      let logits = segmenter(pass.constant(golden["x"]), in: pass)
      let probabilities = logits.probabilities
      let (loss, crossEntropy, _) = alternation.segmenterLoss(
        logits, probabilities, golden.labels, against: judge, in: pass)
      return (loss, (logits: logits.variable.value, crossEntropy: crossEntropy.value))
    }
    expectClose(step.output.logits, golden["logits"], "logits")
    expectClose(step.output.crossEntropy, golden["mce"], "l_mce")
    expectClose(Tensor(scalar: step.value), golden["seg_\(term.rawValue)"], "loss")
    for (name, gradient) in zip(values.names, step.gradients.tensors) {
      expectClose(gradient, golden["grad.seg_\(term.rawValue).\(name)"], name)
    }
  }

  @Test(arguments: goldens)
  func discriminatorStepAgrees(_ name: String) throws {
    let golden = try golden(name)
    let (segmenter, values) = try golden.segmenter()
    let (discriminator, judge) = try golden.discriminator()
    let alternation = Alternation(
      segmenter: segmenter, discriminator: discriminator,
      objective: Objective(lambda: 0.1, term: .minimax, classWeights: nil, encoding: BasicEncoding(scale: 1)))
    let prediction = evaluate(values, mode: .training(recordsStatistics: false)) { pass in
      segmenter(pass.constant(golden["x"]), in: pass).probabilities.variable.value
    }
    let step = alternation.discriminatorStep(
      of: judge, prediction: prediction, golden.labels, generator: Generator(seed: 0, stream: ""))
    expectClose(Tensor([step.output.truth.count], step.output.truth), golden["real"], "verdicts on ground truth")
    expectClose(
      Tensor([step.output.prediction.count], step.output.prediction), golden["fake"], "verdicts on predictions")
    expectClose(Tensor(scalar: step.value), golden["d_loss"], "loss")
    for (name, gradient) in zip(judge.names, step.gradients.tensors) {
      // The small golden keeps those of the first and the last layer.
      guard let expected = golden.tensors["grad.d.\(name)"] else { continue }
      expectClose(gradient, expected, name)
    }
  }

  @Test(arguments: goldens)
  func threeStepsOfSGDAgree(_ name: String) throws {
    let golden = try golden(name)
    let (segmenter, values) = try golden.segmenter()
    let alternation = Alternation(
      segmenter: segmenter, discriminator: nil,
      objective: Objective(lambda: 0, term: .minimax, classWeights: nil, encoding: BasicEncoding(scale: 1)))
    var learner = Learner(
      values: values, optimizer: Optimizer(.sgd(momentum: 0.9, nesterov: false), decay: 0, for: values))
    var generator = Generator(seed: 0, stream: "")
    for expected in golden["sgd_losses"].elements {
      let summary = alternation.advance(&learner, with: golden.batch, rate: 0.05, generator: &generator)
      #expect(abs(summary.crossEntropy - expected) <= 1e-4 * abs(expected))
    }
  }

  /// Within 1e-3 of the expected value, or within 1e-5 where that is small.
  private func expectClose(_ found: Tensor, _ expected: Tensor, _ what: String) {
    #expect(found.shape.count == expected.shape.count, "\(what): \(found.shape) for \(expected.shape)")
    let errors = zip(found.elements, expected.elements).map { found, expected in
      abs(found - expected) / max(1e-3 * abs(expected), 1e-5)
    }
    let worst = errors.max() ?? 0
    #expect(worst <= 1, "\(what): off by \(worst) times the tolerance")
  }
}
