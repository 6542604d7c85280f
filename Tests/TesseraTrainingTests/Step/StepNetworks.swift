import TesseraModels
import TesseraNN
import TesseraTensor

@testable import TesseraTraining

/// Small networks and a batch to take steps with.
struct StepNetworks {
  static let classCount = 3
  static let side = 32
  let segmenter: any Segmenter
  var learners: Learners
  let batch: TrainingBatch

  init(_ adversary: (ParameterSet)?, unlabelled: Int = 0) throws {
    let built = try build(from: .random(seed: 1)) { UNet($0, classCount: Self.classCount, width: 2) }
    segmenter = built.network
    learners = Learners(segmenter: Self.learner(built.values), adversary: adversary.map { Self.learner($0) })
    var generator = Generator(seed: 3, stream: "batch")
    let side = Self.side
    func images(_ count: Int) -> Tensor {
      Tensor([count, 3, side, side], (0..<3 * count * side * side).map { _ in Float(generator.normal()) })
    }
    batch = TrainingBatch(
      images: images(2),
      labels: LabelBatch(
        shape: [2, side, side], classCount: Self.classCount,
        indices: (0..<2 * side * side).map { place in
          place % side < 3 ? LabelBatch.void : UInt16(place % side * Self.classCount / side)
        }),
      unlabelled: unlabelled > 0 ? UnlabelledBatch(images: images(unlabelled), shown: Self.shown(unlabelled)) : nil)
  }

  /// All of every image.
  static func shown(_ count: Int) -> LabelBatch {
    LabelBatch(
      shape: [count, side, side], classCount: 1, indices: [UInt16](repeating: 0, count: count * side * side))
  }

  static func learner(_ values: ParameterSet) -> Learner {
    Learner(
      values: values, optimizer: Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values))
  }

  static func objective(
    lambda: Float = 0.1, term: AdversarialTerm = .nonsaturating, kind: LabelMapEncoding.Kind = .basic,
    truthTarget: Float = 1, unlabelled: UnlabelledObjective = .none
  ) -> Objective {
    Objective(
      lambda: lambda, term: term, classWeights: nil, encoding: LabelMapEncoding(kind, scale: 1),
      truthTarget: truthTarget, unlabelled: unlabelled)
  }
}

/// Every number of a learner, its statistics and its optimiser's memory.
func bits(_ learner: Learner?) -> [[UInt32]] {
  guard let learner else { return [] }
  let tensors =
    learner.values.weights.map(\.tensor) + learner.optimizer.state.first + learner.optimizer.state.second
  return tensors.map { $0.elements.map(\.bitPattern) }
}
