import TesseraTensor

/// One evaluation with prepared parameters, which may be given up on the way.
///
/// Belongs to the thread that evaluates.
final class PreparedPass {
  /// Whether its output is not wanted any more.
  private(set) var isGivenUp = false
  private let parameters: PreparedParameters
  private let isWanted: (() -> Bool)?

  /// - Parameter isWanted: asked before each convolution; nil where the output is wanted whatever happens.
  init(_ parameters: PreparedParameters, isWanted: (() -> Bool)?) {
    self.parameters = parameters
    self.isWanted = isWanted
  }

  private var goesOn: Bool {
    if let isWanted, !isGivenUp { isGivenUp = !isWanted() }
    return !isGivenUp
  }

  /// A convolution with the normalisation after it, if any, in one pass.
  func convolve(_ parts: [Variable], _ layer: Conv2D, _ norm: BatchNorm2D?, in pass: ForwardPass) -> Variable {
    let numbers = parameters.folded(layer, norm, in: pass)
    let first = parts[0].shape
    let convolution = Convolution(
      source: [first[0], parts.reduce(0) { $0 + $1.shape[1] }, first[2], first[3]], weights: numbers.weights.shape,
      hasBias: numbers.bias != nil, geometry: layer.geometry, precision: parameters.precision,
      parts: parts.map { $0.shape[1] }, passes: .inference)
    guard goesOn else { return pass.constant(convolution.uncomputed) }
    let weights = parameters.arranged(numbers, of: layer, for: convolution)
    let isFused = Activation.isFused(norm?.activation)
    let y = pass.constant(
      convolution.forward(
        parts.map(\.value), arranged: weights, bias: numbers.bias, activation: isFused ? norm?.activation : nil))
    guard let activation = norm?.activation, !isFused else { return y }
    return activate(y, activation)
  }
}
