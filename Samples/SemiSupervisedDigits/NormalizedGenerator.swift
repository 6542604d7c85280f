import Digits
import TesseraNN
import TesseraTensor

/// Draws digits from 100 numbers of noise through two normalised hidden layers of 500 rectifiers.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), the code for MNIST, with rectifiers for softplus.
struct NormalizedGenerator: Sendable {
  private let hidden: [Dense]
  private let norms: [BatchNorm2D]
  private let out: WeightNormalizedDense

  private static let width = 500

  /// Claims `hidden.N`, `norms.N` and `out`.
  init(_ scope: ParameterScope) {
    hidden = [DigitNoise.count, Self.width].enumerated().map { index, size in
      Dense(scope["hidden"][index], from: size, to: Self.width)
    }
    norms = (0..<2).map { BatchNorm2D(scope["norms"][$0], channels: Self.width, activation: .relu) }
    out = WeightNormalizedDense(scope["out"], from: Self.width, to: DigitSet.pixelCount)
  }

  /// `[batch, 100]` to `[batch, 784]`, from 0 to 1.
  func callAsFunction(_ noise: Variable, in pass: ForwardPass) -> Variable {
    var x = noise
    for (layer, norm) in zip(hidden, norms) {
      let rows = layer(x, in: pass)
      x = reshape(norm(rows.asMap, in: pass), to: rows.shape)
    }
    return activate(out(x, in: pass), .sigmoid)
  }
}
