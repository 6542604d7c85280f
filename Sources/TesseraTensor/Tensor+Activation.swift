import CTesseraKernels

/// A function applied to every element.
public enum Activation: Hashable, Sendable {
  /// max(x, 0)
  case relu
  /// x where positive, else slope · x.
  case leakyReLU(slope: Float)
  /// min(max(x, 0), 6)
  case relu6
  /// x · relu6(x + 3) / 6. Source: Howard et al. 2019 (arXiv:1905.02244), section 5.2.
  case hardSwish
  /// relu6(x + 3) / 6. Source: Howard et al. 2019, section 5.2.
  case hardSigmoid
  /// 1 / (1 + e^−x)
  case sigmoid
  /// The hyperbolic tangent.
  case tanh

  /// What the kernels call it.
  var code: Int32 {
    let kind =
      switch self {
      case .relu: TESSERA_RELU
      case .leakyReLU: TESSERA_LEAKY_RELU
      case .relu6: TESSERA_RELU6
      case .hardSwish: TESSERA_HARD_SWISH
      case .hardSigmoid: TESSERA_HARD_SIGMOID
      case .sigmoid: TESSERA_SIGMOID
      case .tanh: TESSERA_TANH
      }
    return Int32(kind.rawValue)
  }

  fileprivate var slope: Float {
    if case .leakyReLU(let slope) = self { slope } else { 0 }
  }

  /// Whether f(0) = 0, so that a layout's padding stays zero.
  fileprivate var keepsZero: Bool { self != .sigmoid && self != .hardSigmoid }
}

extension Activation {
  /// Whether a convolution or normalisation can apply it to its results in the same pass.
  package static func isFused(_ activation: Activation?) -> Bool {
    activation == nil || activation == .relu || activation == .hardSwish
  }

  /// What a pass calls the function it applies to its results: nil, a rectifier or the hard swish.
  static func fusedCode(_ activation: Activation?) -> Int32 {
    switch activation {
    case nil: Int32(TESSERA_NO_ACTIVATION.rawValue)
    case .relu: Int32(TESSERA_RELU.rawValue)
    case .hardSwish: Int32(TESSERA_HARD_SWISH.rawValue)
    case .some(let other): preconditionFailure("no pass applies \(other) to its results")
    }
  }
}

extension Tensor {
  /// f of every element, in this tensor's precision.
  package func activated(by function: Activation) -> Tensor {
    let x = ready(for: function)
    var result = Tensor(uninitialized: shape, layout: x.layout, precision: precision)
    tessera_activate(
      function.code, function.slope, precision.code, result.mutableAddress, x.address, x.storedCount)
    return result
  }

  /// `gradient` · f′ of every element of this tensor, in its layout and precision.
  package func activationGradient(of function: Activation, _ gradient: Tensor) -> Tensor {
    precondition(shape == gradient.shape, "activationGradient: shapes \(shape) and \(gradient.shape)")
    let gradient = gradient.converted(to: layout, precision)
    var result = Tensor(uninitialized: shape, layout: layout, precision: precision)
    tessera_activate_backward(
      function.code, function.slope, precision.code, result.mutableAddress, gradient.address, address, storedCount)
    return result
  }

  private func ready(for function: Activation) -> Tensor {
    layout.pads(shape) && !function.keepsZero ? converted(to: .rows) : self
  }
}
