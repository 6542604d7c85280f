import TesseraNN
import TesseraTensor

/// Affine layers with leaky rectifiers between them: a function of one number, drawn in straight pieces.
struct CurveNetwork: Sendable {
  private let layers: [Dense]
  private let addsInput: Bool

  /// Claims two hidden layers of `width` and the layer after them.
  ///
  /// - Parameter addsInput: whether the network says how far to move its input, not where to. A generator then starts
  ///   near the identity: its first densities are those of the noise.
  init(_ scope: ParameterScope, width: Int, addsInput: Bool) {
    layers = [
      Dense(scope["hidden1"], from: 1, to: width), Dense(scope["hidden2"], from: width, to: width),
      Dense(scope["out"], from: width, to: 1),
    ]
    self.addsInput = addsInput
  }

  /// `[batch, 1]` to `[batch, 1]`.
  func callAsFunction(_ input: Variable, in pass: ForwardPass) -> Variable {
    var x = input
    for (index, layer) in layers.enumerated() {
      x = layer(x, in: pass)
      if index < layers.count - 1 { x = activate(x, .leakyReLU(slope: 0.1)) }
    }
    return addsInput ? x + input : x
  }
}
