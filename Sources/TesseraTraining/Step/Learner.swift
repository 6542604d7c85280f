public import TesseraNN
import TesseraTensor

/// A network that learns: its numbers and what its optimiser remembers.
public struct Learner: Sendable {
  /// The numbers.
  public var values: ParameterSet
  /// The method and its memory.
  public var optimizer: Optimizer
  /// The mean of its numbers so far, which they are drawn to; nil where they are not.
  public var history: HistoricalAverage?

  /// Pairs numbers with an optimiser made for them.
  public init(values: ParameterSet, optimizer: Optimizer, history: HistoricalAverage? = nil) {
    self.values = values
    self.optimizer = optimizer
    self.history = history
  }

  /// Takes one step, with gradients scaled down to a norm of `limit` where they are larger.
  ///
  /// - Returns: the norm of the gradients before; where it is not finite nothing is learned.
  mutating func learn<Output>(from step: Differentiation<Output>, rate: Float, limit: Float?) -> Float {
    var gradients = step.gradients
    history?.penalize(&gradients, at: values)
    let norm = gradients.norm
    guard norm.isFinite else { return norm }
    if let limit { gradients.clip(toNorm: limit) }
    optimizer.update(&values, along: gradients, rate: rate)
    values.buffers = step.buffers
    history?.add(values)
    return norm
  }
}

/// The networks of a training.
public struct Learners: Sendable {
  /// The network that is trained to be used.
  public var segmenter: Learner
  /// The network that it learns against; nil for cross-entropy alone.
  public var adversary: Learner?

  /// Puts networks together.
  public init(segmenter: Learner, adversary: Learner?) {
    self.segmenter = segmenter
    self.adversary = adversary
  }

  /// The numbers of all of them.
  var weights: [(name: String, tensor: Tensor)] { segmenter.values.weights + (adversary?.values.weights ?? []) }
}

/// The learning rates of one step.
public struct LearningRates: Hashable, Sendable {
  /// The segmenter's.
  public let segmenter: Float
  /// Its adversary's.
  public let adversary: Float

  /// Pairs two rates.
  public init(segmenter: Float, adversary: Float) {
    self.segmenter = segmenter
    self.adversary = adversary
  }
}
