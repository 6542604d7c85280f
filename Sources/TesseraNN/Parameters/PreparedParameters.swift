public import TesseraTensor

/// A network's numbers made ready for use: normalisations folded into the convolutions before them, and weights
/// arranged as each algorithm takes them.
///
/// What is made for one image is kept for the next. Belongs to one thread at a time.
public final class PreparedParameters {
  private struct Folded {
    let weights: Tensor
    let bias: Tensor?
  }

  private struct Place: Hashable {
    let key: ParameterKey
    let form: ArrangedWeights.Form
  }

  private let values: ParameterSet
  private let precision: Precision
  private var folded: [ParameterKey: Folded] = [:]
  private var arranged: [Place: ArrangedWeights] = [:]
  /// What is asked before each convolution of an evaluation that may be given up.
  private var isWanted: (() -> Bool)?
  private var isGivenUp = false

  /// Prepares numbers for evaluation with maps stored in a precision.
  public init(_ values: ParameterSet, precision: Precision = .f32) {
    self.values = values
    self.precision = precision
  }

  /// Evaluates a closure in inference mode without gradients: every parameter is a constant.
  public func evaluate<Output>(_ body: (ForwardPass) throws -> Output) rethrows -> Output {
    try body(
      ForwardPass(
        values, learns: false, mode: .inference, precision: precision,
        tape: Tape(generator: Generator(seed: 0, stream: "evaluate")), prepared: self))
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
      self.isWanted = isWanted
      defer {
        self.isWanted = nil
        isGivenUp = false
      }
      let output = try evaluate(body)
      return isGivenUp ? nil : output
    }
  }

  private var goesOn: Bool {
    if let isWanted, !isGivenUp { isGivenUp = !isWanted() }
    return !isGivenUp
  }

  /// A convolution with the normalisation after it, if any, in one pass.
  func convolve(_ parts: [Variable], _ layer: Conv2D, _ norm: BatchNorm2D?, in pass: ForwardPass) -> Variable {
    let numbers = folded(layer, norm, in: pass)
    let first = parts[0].shape
    let convolution = Convolution(
      source: [first[0], parts.reduce(0) { $0 + $1.shape[1] }, first[2], first[3]], weights: numbers.weights.shape,
      hasBias: numbers.bias != nil, geometry: layer.geometry, precision: precision, parts: parts.map { $0.shape[1] },
      passes: .inference)
    guard goesOn else { return pass.constant(convolution.uncomputed) }
    let place = Place(key: layer.weight, form: convolution.weightsForm)
    let weights = arranged[place] ?? convolution.arranged(weights: numbers.weights)
    arranged[place] = weights
    let isFused = Activation.isFused(norm?.activation)
    let y = pass.constant(
      convolution.forward(
        parts.map(\.value), arranged: weights, bias: numbers.bias, activation: isFused ? norm?.activation : nil))
    guard let activation = norm?.activation, !isFused else { return y }
    return activate(y, activation)
  }

  private func folded(_ layer: Conv2D, _ norm: BatchNorm2D?, in pass: ForwardPass) -> Folded {
    if let known = folded[layer.weight] { return known }
    let weights = pass[layer.weight].value
    let bias = layer.bias.map { pass[$0].value }
    let result = norm.map { fold(weights, bias, $0, in: pass) } ?? Folded(weights: weights, bias: bias)
    folded[layer.weight] = result
    return result
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
