import Glibc
import TesseraTensor

/// The bell curve, exactly.
struct NormalDistribution: Hashable, Sendable {
  let mean: Double
  let deviation: Double

  func density(_ x: Double) -> Double {
    let distance = (x - mean) / deviation
    return exp(-distance * distance / 2) / (deviation * (2 * .pi).squareRoot())
  }

  /// The share of the mass up to `x`.
  func cumulative(_ x: Double) -> Double { erfc((mean - x) / (deviation * 2.0.squareRoot())) / 2 }

  /// Draws `[count, 1]` examples.
  func examples(_ count: Int, using generator: inout Generator) -> Tensor {
    Tensor([count, 1], (0..<count).map { _ in Float(mean + deviation * generator.normal()) })
  }

  /// The logit of the best discriminator, D* = p / (p + q), between this distribution p and another, q.
  ///
  ///     ln(σq / σp) − (x − μp)² / (2 σp²) + (x − μq)² / (2 σq²)
  ///
  /// Source: Goodfellow et al. 2014 (arXiv:1406.2661), proposition 1, for two normal distributions.
  func optimalLogit(_ x: Double, against q: NormalDistribution) -> Double {
    let (near, far) = ((x - mean) / deviation, (x - q.mean) / q.deviation)
    return log(q.deviation / deviation) - near * near / 2 + far * far / 2
  }
}
