public import TesseraTensor

/// Moves parameters along their gradients, and remembers what the method needs of earlier steps. A value.
public struct Optimizer: Sendable {
  /// How a gradient becomes a step.
  public enum Method: Hashable, Sendable {
    /// v ← μ·v + g; w ← w − rate·v; or with Nesterov's look-ahead, w ← w − rate·(g + μ·v).
    case sgd(momentum: Float, nesterov: Bool)
    /// Kingma and Ba 2015 (arXiv:1412.6980), Algorithm 1; decay is added to the gradient.
    case adam(beta1: Float, beta2: Float, epsilon: Float)
    /// Loshchilov and Hutter 2019 (arXiv:1711.05101), Algorithm 2; decay acts on the weights alone.
    case adamW(beta1: Float, beta2: Float, epsilon: Float)
  }

  /// What it remembers: the number of steps done and the running moments, in the order of the parameters.
  public struct State: Sendable {
    /// Steps done.
    public let step: Int
    /// Velocity, or the mean of gradients.
    public let first: [Tensor]
    /// The mean of squared gradients; empty for SGD.
    public let second: [Tensor]

    /// Puts a remembered state together again.
    public init(step: Int, first: [Tensor], second: [Tensor]) {
      self.step = step
      self.first = first
      self.second = second
    }
  }

  /// How a gradient becomes a step.
  public let method: Method
  /// Weight decay, on every parameter.
  public let decay: Float
  private var step = 0
  private var first: [Tensor]
  private var second: [Tensor]

  /// Starts with nothing remembered.
  public init(_ method: Method, decay: Float, for values: ParameterSet) {
    self.method = method
    self.decay = decay
    first = values.parameters.map { .zeros($0.shape) }
    second = if case .sgd = method { [] } else { first }
  }

  /// What it remembers.
  public var state: State {
    get { State(step: step, first: first, second: second) }
    set {
      precondition(
        newValue.first.map(\.shape) == first.map(\.shape) && newValue.second.map(\.shape) == second.map(\.shape),
        "Optimizer: the state is of another network or method")
      step = newValue.step
      first = newValue.first
      second = newValue.second
    }
  }

  /// Takes one step.
  ///
  /// - Parameter rate: the learning rate of this step.
  public mutating func update(_ values: inout ParameterSet, along gradients: Gradients, rate: Float) {
    precondition(
      gradients.tensors.count == values.parameters.count && first.count == values.parameters.count,
      "Optimizer: \(gradients.tensors.count) gradients for \(values.parameters.count) parameters")
    step += 1
    for index in gradients.tensors.indices {
      let gradient = gradients.tensors[index]
      switch method {
      case .sgd(let momentum, let nesterov):
        values.parameters[index].descend(
          gradient, velocity: &first[index], rate: rate, momentum: momentum, decay: decay, nesterov: nesterov)
      case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
        let decouples = if case .adamW = method { true } else { false }
        values.parameters[index].adam(
          gradient, mean: &first[index], variance: &second[index],
          Tensor.AdamStep(
            rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay, step: step,
            decouplesDecay: decouples))
      }
    }
  }
}
