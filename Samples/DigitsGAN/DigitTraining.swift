import Digits
import TesseraNN
import TesseraTensor

/// A training of both perceptrons on digits, epoch by epoch.
struct DigitTraining: Sendable {
  /// Digits that are shown at each moment.
  static let shownCount = 100

  let digits: DigitSet
  let split: DigitSplit
  /// The digits that nothing is learned from.
  let heldOut: Tensor
  private var minibatches: Minibatches
  private(set) var adversaries: DigitAdversaries
  private(set) var table = LossTable()
  private let judgedNoise: Tensor
  private let shownNoise: Tensor

  /// - Precondition: there are two digits or more, so that one is learned from and one held out.
  init(on digits: DigitSet, settings: DigitAdversaries.Settings, seed: UInt64) throws(WeightsError) {
    self.digits = digits
    split = DigitSplit(count: digits.count)
    heldOut = digits.images(at: split.heldOut)
    minibatches = Minibatches(
      of: split.training, size: min(settings.batch, split.training.count),
      generator: Generator(seed: seed, stream: "order"))
    adversaries = try DigitAdversaries(settings: settings, seed: seed)
    var noise = Generator(seed: seed, stream: "shown")
    shownNoise = DigitNoise.sample(Self.shownCount, using: &noise)
    judgedNoise = DigitNoise.sample(max(split.heldOut.count, 1), using: &noise)
  }

  /// What the same noise becomes now, `[100, 784]`.
  var shownDigits: Tensor { adversaries.digits(from: shownNoise) }

  /// As many generated digits as are held out.
  var judgedDigits: Tensor { adversaries.digits(from: judgedNoise) }

  /// Learns from each training digit once, and says how that went.
  mutating func runEpoch() -> LossTable.Row {
    var sums = DigitAdversaries.Losses()
    for _ in 0..<minibatches.countPerEpoch {
      let losses = adversaries.iterate { digits.images(at: minibatches.next()) }
      sums.discriminator += losses.discriminator
      sums.generator += losses.generator
    }
    let count = Float(minibatches.countPerEpoch)
    let row = LossTable.Row(
      epoch: table.rows.count + 1, discriminatorLoss: sums.discriminator / count,
      generatorLoss: sums.generator / count, verdictOnData: mean(adversaries.verdicts(on: heldOut)),
      verdictOnGenerated: mean(adversaries.verdicts(on: judgedDigits)))
    table.add(row)
    return row
  }

  private func mean(_ numbers: [Float]) -> Float { numbers.reduce(0, +) / Float(numbers.count) }
}
