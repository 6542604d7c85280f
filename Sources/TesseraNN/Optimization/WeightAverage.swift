/// An exponential moving average of a network's weights: what is evaluated and kept while the weights learn.
///
///     a ← d·a + (1 − d)·w     with d = min(decay, (1 + t) / (10 + t)) after step t = 1, 2, …
///
/// Single steps move the weights by more than they gain; their mean lies where several of them agree. The share that a
/// young average keeps is small, so that it forgets the random start. Buffers are averaged as parameters are.
///
/// Source: Polyak and Juditsky 1992; the growing decay is that of TensorFlow's `ExponentialMovingAverage`.
public struct WeightAverage: Sendable {
  /// Most that a step leaves of the average; 0 for the weights of the last step.
  public let decay: Float
  /// The average.
  public private(set) var values: ParameterSet

  /// Starts at a network's weights.
  ///
  /// - Precondition: the decay is at least 0 and below 1.
  public init(of values: ParameterSet, decay: Float) {
    precondition(decay >= 0 && decay < 1, "WeightAverage: decay \(decay)")
    self.decay = decay
    self.values = values
  }

  /// Takes in the weights after a step, counted from 1.
  public mutating func add(_ weights: ParameterSet, step: Int) {
    let kept = min(decay, (1 + Float(step)) / (10 + Float(step)))
    guard kept > 0 else { return values = weights }
    values.move(toward: weights, by: 1 - kept)
  }
}
