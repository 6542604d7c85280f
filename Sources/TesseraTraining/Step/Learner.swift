public import TesseraNN

/// A network that learns: its numbers and what its optimiser remembers.
public struct Learner: Sendable {
  /// The numbers.
  public var values: ParameterSet
  /// The method and its memory.
  public var optimizer: Optimizer

  /// Pairs numbers with an optimiser made for them.
  public init(values: ParameterSet, optimizer: Optimizer) {
    self.values = values
    self.optimizer = optimizer
  }

  /// Takes one step, with gradients scaled down to a norm of `limit` where they are larger.
  ///
  /// - Returns: the norm of the gradients before; where it is not finite nothing is learned.
  mutating func learn<Output>(from step: Differentiation<Output>, rate: Float, limit: Float?) -> Float {
    var gradients = step.gradients
    let norm = gradients.norm
    guard norm.isFinite else { return norm }
    if let limit { gradients.clip(toNorm: limit) }
    optimizer.update(&values, along: gradients, rate: rate)
    values.buffers = step.buffers
    return norm
  }
}
