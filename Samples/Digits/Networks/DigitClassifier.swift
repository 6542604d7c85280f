package import TesseraNN
import TesseraTensor

/// A perceptron that names digits: 256 hidden rectifiers, half of them dropped in training.
package struct DigitClassifier: Sendable {
  private let hidden: Dense
  private let out: Dense

  /// Claims `hidden` and `out`.
  package init(_ scope: ParameterScope, classes: Int = DigitSet.classCount) {
    hidden = Dense(scope["hidden"], from: DigitSet.pixelCount, to: 256)
    out = Dense(scope["out"], from: 256, to: classes)
  }

  /// `[batch, 784]` to logits, `[batch, classes]`.
  package func callAsFunction(_ digits: Variable, in pass: ForwardPass) -> Variable {
    out(dropout(relu(hidden(digits, in: pass)), rate: 0.5, in: pass), in: pass)
  }
}

extension Variable {
  /// Rows of logits as maps of one pixel.
  package var asMap: Variable { reshape(self, to: [shape[0], shape[1], 1, 1]) }
}
