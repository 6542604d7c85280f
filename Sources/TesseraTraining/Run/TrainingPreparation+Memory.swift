import TesseraData
import TesseraModels
import TesseraNN
import TesseraTensor
import TesseraWeights

extension TrainingPreparation {
  /// What the steps of this run take, found by doing a step of both networks on small crops.
  ///
  /// Nothing of the run changes: the numbers that learn here are copies.
  func memoryNeed() throws -> MemoryNeed {
    let least = max(model.segmenter.minimumSide, configuration.leastSideOfAdversary)
    let side = (least + 63) / 64 * 64
    let batch = configuration.virtualBatch > 0 ? 4 : 2
    var need = try MemoryNeed(batch: batch, sides: (side, 2 * side)) { try rehearse(side: $0) }
    // Batches that the loader holds ready: a colour image in single precision, and labels of two bytes.
    let images = unlabelledBatches == nil ? 1 : 2
    need.bytesPerPixel += (TrainingBatches.depth + 2) * (images * 3 * 4 + 2)
    return need
  }

  /// Takes a step on two crops of another size, beside two reference images where there are any.
  private func rehearse(side: Int) throws {
    var small = configuration
    (small.cropHeight, small.cropWidth) = (side, side)
    // From its first step on, so that all take part that ever do.
    small.selfTrainingStart = 0
    let segmenter = small.trained(model.segmenter) { _ in .zeros([2, 3, side, side]) }
    let objective = small.objective(classWeights: nil, adversarialSteps: 0)
    let images = Tensor.zeros([2, 3, side, side])
    let labels = LabelBatch(
      shape: [2, side, side], classCount: model.classes.count,
      indices: [UInt16](repeating: 0, count: 2 * side * side))
    let batch = TrainingBatch(
      images: images, labels: labels,
      unlabelled: unlabelledBatches == nil ? nil : UnlabelledBatch(images: images, shown: labels))
    var (learners, generator) = (state.learners, state.generator)
    guard let adversary = try small.adversary(of: segmenter, objective: objective) else {
      let step = SupervisedStep(segmenter: segmenter, objective: objective, precision: configuration.precision)
      _ = step.advance(&learners.segmenter, with: batch, rate: 0, generator: &generator)
      return
    }
    learners.adversary = small.learner(
      adversary.values, Optimizer(small.adversary.optimizer, decay: 0, for: adversary.values))
    _ = adversary.method.advance(
      &learners, with: batch, step: small.busiestStep, rates: LearningRates(segmenter: 0, adversary: 0),
      generator: &generator)
  }
}

extension TrainingConfiguration {
  /// A step of adversarial training at which all take part that ever do at once.
  fileprivate var busiestStep: Int {
    var step = 0
    while !alternation.turn(at: step).segmenterLearns { step += 1 }
    return step
  }

  /// Images that run through the segmenter together.
  var imagesPerStep: Int { batch + virtualBatch }

  /// Refuses kernels of minibatch discrimination that memory cannot hold, before any is made.
  ///
  /// - Parameter channels: of label maps as the discriminator sees them.
  func requireMemoryOfKernels(channels: Int, within limit: Int) throws {
    guard lambda > 0, case .discriminator(let kind) = adversary, let kernels = minibatchDiscrimination else { return }
    let judge = try build(from: .random(seed: seed)) { kind.discriminator($0, channels: channels) }.network
    // Number, gradient and two moments, and as much again for the step that finds out what all else takes.
    let bytesPerNumber = 8 * MemoryLayout<Float>.size * judge.featureCount
    let needed = bytesPerNumber * kernels.count * kernels.dimensions
    guard needed > limit else { return }
    throw ConfigurationError(
      option: "minibatch-discrimination", value: "\(kernels)",
      remedy: "its kernels alone need about \(gibibytes(needed)) GiB of memory and \(gibibytes(limit)) GiB are free; "
        + "give kernels times dimensions of at most \(limit / bytesPerNumber), or leave it out")
  }

  /// Refuses a batch of crops that memory cannot hold, naming the batch or crop that it can.
  ///
  /// - Precondition: the crop is filled in.
  func requireMemory(_ need: MemoryNeed, within limit: Int) throws(ConfigurationError) {
    let (height, width) = (cropHeight ?? 0, cropWidth ?? 0)
    let needed = need.bytes(pixels: imagesPerStep * height * width)
    guard needed > limit else { return }
    let pixels = need.pixels(in: limit)
    let remedy: String
    let fitting = pixels / (height * width) - virtualBatch
    if fitting >= 2 {
      remedy = "give --batch \(fitting) or less, or smaller crops"
    } else {
      let share = (Double(pixels) / Double((2 + virtualBatch) * height * width)).squareRoot()
      let sides = [height, width].map { max(16, Int(Double($0) * share) / 16 * 16) }
      let narrower = if case .unet = architecture { ", or a smaller --width" } else { "" }
      remedy = "give --crop \(sides[0])x\(sides[1]) and --batch 2\(narrower)"
    }
    throw ConfigurationError(
      option: "batch", value: "\(batch)",
      remedy: "with crops of \(height)x\(width) it needs about \(gibibytes(needed)) GiB of memory and "
        + "\(gibibytes(limit)) GiB are free; \(remedy)")
  }
}

/// Bytes as GiB with one decimal, for people.
func gibibytes(_ bytes: Int) -> String {
  let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded() / 10
  return "\(tenths)"
}
