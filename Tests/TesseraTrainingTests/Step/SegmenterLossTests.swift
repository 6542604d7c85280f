import Foundation
import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@testable import TesseraTraining

/// The segmenter's whole loss, images without labels included, against its terms written out.
@Suite(.serialized)
struct SegmenterLossTests {
  private static let generator = Generator(seed: 0, stream: "")
  private let judge: any Discriminator
  private let judgeValues: ParameterSet
  private let networks: StepNetworks
  private let unlabelled: UnlabelledBatch

  init() throws {
    (judge, judgeValues) = try build(from: .random(seed: 2)) {
      DiscriminatorArchitecture.fcd.discriminator($0, channels: StepNetworks.classCount)
    }
    networks = try StepNetworks(judgeValues, unlabelled: 2)
    unlabelled = try #require(networks.batch.unlabelled)
  }

  private func objective(_ term: AdversarialTerm, threshold: Float) -> Objective {
    StepNetworks.objective(
      lambda: 0.5, term: term,
      unlabelled: UnlabelledObjective(
        lambda: 0.7, selfTrainingLambda: 0.9, threshold: threshold, selfTrainingStart: 0))
  }

  /// Class scores of images, what the discriminator says of them, and that of ground truth.
  private func verdict(
    _ images: Tensor, _ labels: LabelBatch, in pass: ForwardPass
  ) -> (logits: Logits, verdict: Verdict) {
    let frozen = pass.constants(judgeValues, mode: .training(recordsStatistics: false))
    let encoding = LabelMapEncoding(.basic, scale: 1)
    let logits = networks.segmenter(pass.constant(images), in: pass)
    return (logits, judge(encoding(logits.probabilities, images: images, labels: labels, in: pass), in: frozen))
  }

  /// The loss at some numbers, with the labels of self-training given.
  private func loss(at values: ParameterSet, _ objective: Objective, own: LabelBatch) -> Float {
    let batch = networks.batch
    return evaluate(values, mode: .training(recordsStatistics: false), generator: Self.generator) { pass in
      let labelled = verdict(batch.images, batch.labels, in: pass)
      let other = verdict(unlabelled.images, unlabelled.shown, in: pass)
      let reference = objective.term.reference {
        let truth = objective.encoding(
          truth: batch.labels, beside: labelled.logits.probabilities.variable.value, images: batch.images, in: pass)
        return judge(truth, in: pass.constants(judgeValues, mode: .training(recordsStatistics: false)))
      }
      let terms: [(weight: Float, value: Variable)] = [
        (1, crossEntropy(labelled.logits.variable, batch.labels)),
        (0.5, objective.term.loss(labelled.verdict, reference: reference)),
        (0.7, objective.term.loss(other.verdict, reference: reference)),
        (0.9, crossEntropy(other.logits.variable, own)),
      ]
      return terms.reduce(0) { $0 + $1.weight * $1.value.value.scalar }
    }
  }

  /// Finite differences along the gradient and along a random direction; what is trusted stays what it was.
  @Test(arguments: [AdversarialTerm.minimax, .nonsaturating, .featureMatching])
  func gradientsOfAllTermsTogether(_ term: AdversarialTerm) throws {
    let values = networks.learners.segmenter.values
    let (probabilities, trust) = evaluate(
      values, mode: .training(recordsStatistics: false), generator: Self.generator
    ) { pass in
      let (logits, verdict) = verdict(unlabelled.images, unlabelled.shown, in: pass)
      return (logits.probabilities.variable.value, verdict.logits.value)
    }
    // Between the two middle places, so that one half of them is trusted.
    let places = trust.elements.sorted()
    let middle = (places[places.count / 2 - 1] + places[places.count / 2]) / 2
    let threshold = 1 / (1 + exp(-middle))
    let own = SelfLabels(of: probabilities, shown: unlabelled.shown, trusted: trust, above: threshold)
    let objective = objective(term, threshold: threshold)
    let alternation = Alternation(segmenter: networks.segmenter, discriminator: judge, objective: objective)
    let step = valueAndGradients(
      of: values, mode: .training(recordsStatistics: false), generator: Self.generator
    ) { pass in
      let prediction = ObservedPrediction(networks.segmenter(pass.constant(networks.batch.images), in: pass))
      let loss = alternation.segmenterLoss(prediction, networks.batch, against: judgeValues, step: 0, in: pass)
      return (loss.total, loss.selfTraining?.trusted)
    }
    #expect(step.output == own.trustedShare && (0.2...0.8).contains(own.trustedShare))
    #expect(abs(step.value - loss(at: values, objective, own: own.labels)) < 1e-5)

    let norm = step.gradients.norm
    var random = Generator(seed: 4, stream: "direction")
    let noise = values.parameters.map { parameter in
      Tensor(parameter.shape, parameter.elements.map { _ in Float(random.normal()) })
    }
    for direction in [step.gradients.tensors, noise] {
      let length = Float(direction.reduce(0) { $0 + $1.sumOfSquares() }.squareRoot())
      let slope = zip(step.gradients.tensors, direction).reduce(0 as Float) { sum, pair in
        sum + zip(pair.0.elements, pair.1.elements).reduce(0) { $0 + $1.0 * $1.1 } / length
      }
      // The difference tends to the slope from 8e-3 (16 % off) down to this; below it, rounding takes over.
      let distance: Float = 2.5e-4
      let losses = [-distance, distance].map { offset in
        let moved = zip(values.parameters, direction).map { parameter, along in
          Tensor(
            parameter.shape,
            zip(parameter.elements, along.elements).map { $0 + offset / length * $1 })
        }
        return loss(at: values.replacing(parameters: moved, buffers: values.buffers), objective, own: own.labels)
      }
      let difference = (losses[1] - losses[0]) / (2 * distance)
      let allowed = 0.01 * abs(slope) + 0.0005 * norm
      #expect(abs(difference - slope) < allowed, "\(difference), not \(slope), of \(norm)")
    }
  }
}
