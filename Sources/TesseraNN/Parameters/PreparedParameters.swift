import Synchronization
public import TesseraTensor

/// A network's numbers made ready for use: normalisations folded into the convolutions before them, and weights
/// arranged as each algorithm takes them.
///
/// What is made for one image is kept for the next, whichever thread computes it.
public final class PreparedParameters: Sendable {
  /// Weights and biases of a convolution with the normalisation after it.
  struct Folded: Sendable {
    let weights: Tensor
    let bias: Tensor?
  }

  private struct Place: Hashable {
    let key: ParameterKey
    let form: ArrangedWeights.Form
  }

  private struct Made {
    var folded: [ParameterKey: Folded] = [:]
    var arranged: [Place: ArrangedWeights] = [:]
  }

  let precision: Precision
  private let values: ParameterSet
  private let made = Mutex(Made())

  /// Prepares numbers for evaluation with maps stored in a precision.
  public init(_ values: ParameterSet, precision: Precision = .f32) {
    self.values = values
    self.precision = precision
  }

  /// Evaluates a closure in inference mode without gradients: every parameter is a constant.
  public func evaluate<Output>(_ body: (ForwardPass) throws -> Output) rethrows -> Output {
    try evaluate(PreparedPass(self, isWanted: nil), body)
  }

  /// Evaluates a closure as long as its output is wanted.
  ///
  /// A network's layers cannot end it. From the first no on they compute no convolution any more, which is nearly
  /// all of the time, and what comes out of the others is thrown away.
  ///
  /// - Parameter isWanted: asked before each convolution, so it should take no more than microseconds.
  /// - Returns: nil where it was given up.
  public func evaluate<Output>(
    while isWanted: () -> Bool, _ body: (ForwardPass) throws -> Output
  ) rethrows -> Output? {
    try withoutActuallyEscaping(isWanted) { isWanted in
      let pass = PreparedPass(self, isWanted: isWanted)
      let output = try evaluate(pass, body)
      return pass.isGivenUp ? nil : output
    }
  }

  private func evaluate<Output>(
    _ prepared: PreparedPass, _ body: (ForwardPass) throws -> Output
  ) rethrows -> Output {
    try body(
      ForwardPass(
        values, learns: false, mode: .inference, precision: precision,
        tape: Tape(generator: Generator(seed: 0, stream: "evaluate")), prepared: prepared))
  }

  /// The numbers of a convolution with the normalisation after it, if any.
  func folded(_ layer: Conv2D, _ norm: BatchNorm2D?, in pass: ForwardPass) -> Folded {
    kept(\.folded[layer.weight]) {
      let weights = pass[layer.weight].value
      let bias = layer.bias.map { pass[$0].value }
      return norm.map { fold(weights, bias, $0, in: pass) } ?? Folded(weights: weights, bias: bias)
    }
  }

  /// Weights of a layer as a convolution takes them.
  func arranged(_ numbers: Folded, of layer: Conv2D, for convolution: Convolution) -> ArrangedWeights {
    kept(\.arranged[Place(key: layer.weight, form: convolution.weightsForm)]) {
      convolution.arranged(weights: numbers.weights)
    }
  }

  /// What was made before, or else is made now; of two threads that make it at once, both get what the first made.
  private func kept<Value: Sendable>(_ place: WritableKeyPath<Made, Value?>, make: () -> Value) -> Value {
    if let known = made.withLock({ $0[keyPath: place] }) { return known }
    let new = make()
    return made.withLock { made in
      if let known = made[keyPath: place] { return known }
      made[keyPath: place] = new
      return new
    }
  }

  private func fold(_ weights: Tensor, _ bias: Tensor?, _ norm: BatchNorm2D, in pass: ForwardPass) -> Folded {
    let (scale, shift) = (pass[norm.weight].value.elements, pass[norm.bias].value.elements)
    let (mean, variance) = (pass[norm.runningMean].elements, pass[norm.runningVariance].elements)
    let factors = zip(scale, variance).map { Double($0) / (Double($1) + Double(norm.epsilon)).squareRoot() }
    let size = weights.shape.count / max(weights.shape[0], 1)
    let numbers = weights.elements
    let before = bias?.elements
    return Folded(
      weights: Tensor(weights.shape, numbers.indices.map { Float(Double(numbers[$0]) * factors[$0 / size]) }),
      bias: Tensor(
        [weights.shape[0]],
        factors.indices.map { Float(Double(shift[$0]) + (Double(before?[$0] ?? 0) - Double(mean[$0])) * factors[$0]) }))
  }
}
