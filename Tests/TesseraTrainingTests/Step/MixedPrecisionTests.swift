import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@testable import TesseraTraining

/// A step whose maps are stored as bf16: what is stored so, and that it learns.
@Suite(.serialized, .enabled(if: ComputeThreads.computes(.bf16)))
struct MixedPrecisionTests {
  private static let classCount = 5

  private static func batch(side: Int = 32) -> TrainingBatch {
    var generator = Generator(seed: 3, stream: "batch")
    return TrainingBatch(
      images: Tensor([2, 3, side, side], (0..<6 * side * side).map { _ in Float(generator.normal()) }),
      labels: LabelBatch(
        shape: [2, side, side], classCount: classCount,
        // Halves that an image tells nothing of, a stripe void: what can be learned is where a pixel lies.
        indices: (0..<2 * side * side).map { place in
          place % side < 2 ? LabelBatch.void : place % side < side / 2 ? 1 : 3
        }))
  }

  private func alternation(_ architecture: Architecture) throws -> (Alternation, ParameterSet, ParameterSet) {
    let (segmenter, values) = try build(from: .random(seed: 1)) {
      architecture.segmenter($0, classCount: Self.classCount)
    }
    let (judge, judgeValues) = try build(from: .random(seed: 2)) {
      FieldOfViewNet($0, .large, channels: Self.classCount)
    }
    let alternation = Alternation(
      segmenter: segmenter, discriminator: judge,
      objective: Objective(
        lambda: 0.1, term: .nonsaturating, classWeights: nil, encoding: LabelMapEncoding(.basic, scale: 4)),
      precision: .bf16)
    return (alternation, values, judgeValues)
  }

  /// Maps of features are bf16 in blocks, in both directions; only scores and probabilities of classes are f32.
  @Test(arguments: [Architecture.unet(width: 16), .lraspp])
  func noMapFallsBackToAnotherPrecisionOrLayout(_ architecture: Architecture) throws {
    let (alternation, values, judge) = try alternation(architecture)
    let batch = Self.batch()
    let mode = Mode.training(recordsStatistics: true)
    let step = recordedMaps(of: values, mode: mode, precision: .bf16) { pass in
      let logits = alternation.segmenter(pass.constant(batch.images), in: pass)
      return alternation.segmenterLoss(ObservedPrediction(logits), batch, against: judge, step: 0, in: pass).total
    }
    let own = recordedMaps(of: judge, mode: mode, precision: .bf16) { pass in
      let truth = alternation.objective.encoding(
        truth: batch.labels, beside: .oneHot(batch.labels), images: batch.images, in: pass)
      return alternation.discriminator(truth, in: pass).loss(target: 1)
    }
    for record in step + own where record.shape.rank == 4 && record.shape[2] * record.shape[3] > 1 {
      if record.shape[1] == Self.classCount { continue }
      #expect(record.precision == .bf16 && record.layout == .blocked, "\(record)")
    }
    #expect(step.contains { $0.isGradient && $0.precision == .bf16 })
    // Full-size probabilities and their gradients lie as softmax reads them.
    let scores = step.filter { $0.shape == [2, Self.classCount, 32, 32] && $0.precision == .f32 }
    #expect(scores.contains { $0.isGradient } && scores.allSatisfy { $0.layout == .rows })
  }

  @Test(arguments: [Architecture.unet(width: 16), .lraspp])
  func theLossFalls(_ architecture: Architecture) throws {
    let (alternation, values, judge) = try alternation(architecture)
    func learner(_ values: ParameterSet) -> Learner {
      Learner(
        values: values, optimizer: Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values))
    }
    var learners = Learners(segmenter: learner(values), adversary: learner(judge))
    var generator = Generator(seed: 0, stream: "")
    let batch = Self.batch()
    let losses = (0..<6).map { _ in
      alternation.advance(
        &learners, with: batch, step: 0, rates: LearningRates(segmenter: 5e-3, adversary: 1e-4),
        generator: &generator)
    }
    #expect(losses.allSatisfy { $0.isFinite })
    let found = losses.compactMap { $0[.crossEntropy] }
    #expect(found.count == 6 && found[5] < 0.9 * found[0], "\(found)")
  }
}
