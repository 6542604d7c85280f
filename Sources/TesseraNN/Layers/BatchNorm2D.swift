public import TesseraTensor

/// Batch normalisation of maps, with the activation that follows.
///
/// In training the statistics are the batch's; where the mode records them the running ones move by `momentum` towards
/// them, the variance unbiased. With a reference batch at the front (``ForwardPass/references``) each other sample is
/// normalised by that batch and itself, and the running statistics move towards the reference batch's. In calibration
/// they become the mean over its batches. In use the running ones are taken.
///
/// Source: Ioffe and Szegedy 2015 (arXiv:1502.03167), Algorithms 1 and 2; the reference batch: Salimans et al. 2016
/// (arXiv:1606.03498), section 3.5.
public struct BatchNorm2D: Sendable {
  /// γ, `[channels]`.
  public let weight: ParameterKey
  /// β, `[channels]`.
  public let bias: ParameterKey
  /// Running mean, `[channels]`.
  public let runningMean: BufferKey
  /// Running unbiased variance, `[channels]`.
  public let runningVariance: BufferKey
  /// Added to the variance.
  public let epsilon: Float
  /// How far running statistics move towards a batch's.
  public let momentum: Float
  /// What follows, in the same pass over memory if it is a rectifier or a hard swish; nil for nothing.
  public let activation: Activation?

  /// Claims `weight`, `bias`, `running_mean` and `running_var`.
  public init(
    _ scope: ParameterScope, channels: Int, activation: Activation?, epsilon: Float = 1e-5, momentum: Float = 0.1
  ) {
    weight = scope.parameter("weight", [channels], .ones)
    bias = scope.parameter("bias", [channels], .zeros)
    runningMean = scope.buffer("running_mean", [channels], .zeros)
    runningVariance = scope.buffer("running_var", [channels], .ones)
    self.epsilon = epsilon
    self.momentum = momentum
    self.activation = activation
  }

  /// `[batch, channels, height, width]` to the same shape.
  ///
  /// - Precondition: in training, more than one value per channel; in the reference batch too where there is one, which
  ///   is not larger than the batch.
  public func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    let share: Float?
    var references = 0
    switch pass.mode {
    case .training(let records): (share, references) = (records ? momentum : nil, pass.references)
    case .calibration(let batch): share = 1 / Float(batch + 1)
    case .inference:
      let running = BatchNormalization.Statistics(mean: pass[runningMean], variance: pass[runningVariance])
      return batchNormalize(
        x, scale: pass[weight], shift: pass[bias], given: running, epsilon: epsilon, activation: activation
      ).output
    }
    let count = (references > 0 ? references : x.shape[0]) * x.shape[2] * x.shape[3]
    precondition(count > 1, "BatchNorm2D: map \(x.shape) has one value per channel, whose variance is 0")
    let (y, batch) = trained(x, references: references, in: pass)
    if let share {
      let unbiased = Float(count) / Float(count - 1)
      pass.record(moved(pass[runningMean], towards: batch.mean, by: share), for: runningMean)
      pass.record(
        moved(pass[runningVariance], towards: batch.variance.scaled(by: unbiased), by: share), for: runningVariance)
    }
    return y
  }

  /// The normalised map, and the statistics of the batch or of its references.
  private func trained(
    _ x: Variable, references: Int, in pass: ForwardPass
  ) -> (output: Variable, statistics: BatchNormalization.Statistics) {
    let (scale, shift) = (pass[weight], pass[bias])
    guard references > 0 else {
      return batchNormalize(x, scale: scale, shift: shift, given: nil, epsilon: epsilon, activation: activation)
    }
    let (y, statistics) = virtualBatchNormalize(
      x, references: references, scale: scale, shift: shift, epsilon: epsilon)
    return (activation.map { activate(y, $0) } ?? y, statistics)
  }

  private func moved(_ old: Tensor, towards new: Tensor, by share: Float) -> Tensor {
    old.scaled(by: 1 - share).adding(new.scaled(by: share))
  }
}
