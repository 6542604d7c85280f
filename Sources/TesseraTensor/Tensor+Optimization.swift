import CTesseraKernels

#if canImport(Glibc)
  import Glibc
#endif

extension Tensor {
  /// One step of stochastic gradient descent: v ← μ·v + (g + decay·w); w ← w − rate·v, or with Nesterov's look-ahead.
  package mutating func descend(
    _ gradient: Tensor, velocity: inout Tensor, rate: Float, momentum: Float, decay: Float, nesterov: Bool
  ) {
    precondition(
      shape == gradient.shape && shape == velocity.shape, "descend: \(shape), \(gradient.shape), \(velocity.shape)")
    let gradient = gradient.converted(to: .rows)
    tessera_sgd(
      mutablePointer, velocity.mutablePointer, gradient.pointer, storedCount, rate, momentum, decay, nesterov ? 1 : 0)
  }

  /// What one step of Adam needs beside the moments.
  package struct AdamStep: Sendable {
    package var rate, beta1, beta2, epsilon, decay: Float
    package var step: Int
    /// Whether decay acts on the weights apart from the moments (AdamW).
    package var decouplesDecay: Bool

    package init(
      rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float, step: Int, decouplesDecay: Bool
    ) {
      self.rate = rate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.decay = decay
      self.step = step
      self.decouplesDecay = decouplesDecay
    }
  }

  /// One step of Adam.
  ///
  /// Source: Kingma and Ba 2015, Algorithm 1; decoupled decay: Loshchilov and Hutter 2019, Algorithm 2.
  package mutating func adam(_ gradient: Tensor, mean: inout Tensor, variance: inout Tensor, _ step: AdamStep) {
    precondition(
      shape == gradient.shape && shape == mean.shape && shape == variance.shape, "adam: \(shape), \(gradient.shape)")
    var settings = tessera_adam_step(
      rate: step.rate, beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon, decay: step.decay,
      correction1: Float(1 - pow(Double(step.beta1), Double(step.step))),
      correction2: Float(1 - pow(Double(step.beta2), Double(step.step))),
      decoupled: step.decouplesDecay ? 1 : 0)
    let gradient = gradient.converted(to: .rows)
    tessera_adam(
      mutablePointer, mean.mutablePointer, variance.mutablePointer, gradient.pointer, storedCount, &settings)
  }
}
