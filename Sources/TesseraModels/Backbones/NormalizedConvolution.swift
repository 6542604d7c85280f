import TesseraNN
import TesseraTensor

/// A convolution without bias, batch normalisation and, where there is one, an activation.
struct NormalizedConvolution: Sendable {
  private let convolution: Conv2D
  private let norm: BatchNorm2D

  /// Claims `0`, the convolution, and `1`, the normalisation, whose ε is 0.001 and momentum 0.01.
  init(_ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry, _ activation: Activation?) {
    convolution = Conv2D(scope[0], from: from, to: to, geometry, bias: false, start: .heFanOut)
    norm = BatchNorm2D(scope[1], channels: to, activation: activation, epsilon: 1e-3, momentum: 0.01)
  }

  func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    norm(convolution(x, in: pass), in: pass)
  }
}
