import TesseraNN
import TesseraTensor

/// A normalised convolution as MobileNetV3 has them: starts by the fan-out, ε is 0.001 and momentum 0.01.
func normalizedConvolution(
  _ scope: ParameterScope, from: Int, to: Int, _ geometry: ConvolutionGeometry, _ activation: Activation?
) -> NormalizedConv2D {
  NormalizedConv2D(
    scope, from: from, to: to, geometry, activation, start: .heFanOut, epsilon: 1e-3, momentum: 0.01)
}
