import TesseraNN
import TesseraTensor

/// Weighs the channels of a map by what their means say.
///
///     y[n, c] = x[n, c] · hardSigmoid(fc2 · relu(fc1 · mean(x[n])))[c]
///
/// Source: Hu, Shen and Sun 2018 (arXiv:1709.01507), with the gate of Howard et al. 2019 (arXiv:1905.02244).
struct SqueezeExcitation: Sendable {
  private let squeeze: Conv2D
  private let excite: Conv2D

  /// Claims `fc1` and `fc2`, 1×1 convolutions to `squeezed` channels and back.
  init(_ scope: ParameterScope, channels: Int, squeezed: Int) {
    squeeze = Conv2D(scope["fc1"], from: channels, to: squeezed, .same(kernel: 1), bias: true, start: .heFanOut)
    excite = Conv2D(scope["fc2"], from: squeezed, to: channels, .same(kernel: 1), bias: true, start: .heFanOut)
  }

  func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    let weights = excite(relu(squeeze(globalAveragePool(x), in: pass)), in: pass)
    return x * activate(weights, .hardSigmoid)
  }
}
