import CTesseraDNN

/// One of the three computations that a convolution and its gradients are made of.
package enum ConvolutionPass: String, Hashable, Sendable, CaseIterable {
  /// The map from input and weights.
  case forward
  /// The gradient of the input.
  case inputGradient
  /// The gradients of weights and bias.
  case weightGradient

  var code: tessera_pass {
    switch self {
    case .forward: TESSERA_PASS_FORWARD
    case .inputGradient: TESSERA_PASS_INPUT_GRADIENT
    case .weightGradient: TESSERA_PASS_WEIGHT_GRADIENT
    }
  }
}

extension Set<ConvolutionPass> {
  /// What a convolution needs whose input and weights learn.
  package static var all: Self { Set(ConvolutionPass.allCases) }

  /// What a convolution needs that nothing is learned through.
  package static var inference: Self { [.forward] }
}
