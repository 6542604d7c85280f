package import TesseraNN
import TesseraTensor

/// The perceptron that draws: one affine layer and a sigmoid, each pixel a weighted vote of the noise.
package struct DigitGenerator: Sendable {
  private let out: Dense

  /// Claims `out`: 79 184 parameters.
  package init(_ scope: ParameterScope) {
    out = Dense(scope["out"], from: DigitNoise.count, to: DigitSet.pixelCount)
  }

  /// `[batch, 100]` to `[batch, 784]`, from 0 to 1.
  package func callAsFunction(_ noise: Variable, in pass: ForwardPass) -> Variable {
    activate(out(noise, in: pass), .sigmoid)
  }
}
