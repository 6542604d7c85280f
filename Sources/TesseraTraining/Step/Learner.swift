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

  /// Takes one step.
  mutating func learn<Output>(from step: Differentiation<Output>, rate: Float) {
    optimizer.update(&values, along: step.gradients, rate: rate)
    values.buffers = step.buffers
  }
}
