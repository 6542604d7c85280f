package import TesseraNN
import TesseraTensor

/// The perceptron that judges: 100 hidden units, half of them dropped in training.
package struct DigitDiscriminator: Sendable {
  private let hidden: Dense
  private let out: Dense

  /// Claims `hidden` and `out`: 78 601 parameters.
  package init(_ scope: ParameterScope) {
    hidden = Dense(scope["hidden"], from: DigitSet.pixelCount, to: 100)
    out = Dense(scope["out"], from: 100, to: 1)
  }

  /// `[batch, 784]` to the logits of D, `[batch, 1]`.
  package func callAsFunction(_ digits: Variable, in pass: ForwardPass) -> Variable {
    // A leak lets the generator learn also from what no unit fires for.
    let features = activate(hidden(digits, in: pass), .leakyReLU(slope: 0.2))
    return out(dropout(features, rate: 0.5, in: pass), in: pass)
  }
}
