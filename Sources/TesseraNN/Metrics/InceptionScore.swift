public import TesseraTensor

#if canImport(Glibc)
  import Glibc
#endif

/// How sure a classifier is of each generated sample, and how many classes it finds among all of them.
///
/// With another classifier than the Inception network the scores are comparable only among themselves: name it beside
/// the score.
public struct InceptionScore: Hashable, Sendable {
  /// The mean over the splits, in 1...K.
  public let mean: Double
  /// The standard deviation over the splits, 0 for one.
  public let deviation: Double
}

/// Scores generated samples by what a classifier says of them.
///
///     score = exp(E_x KL(p(y|x) ‖ p(y))),   p(y) = E_x p(y|x),   KL(p ‖ q) = Σ_k p_k · ln(p_k / q_k)
///
/// Each split is a run of samples and has a p(y) of its own. A probability of 0 adds nothing. Sums are in double
/// precision.
///
/// - Parameters:
///   - probabilities: p(y|x), `[samples, K]`, each row summing to 1.
///   - splits: how many runs the samples are cut into; the paper's code takes 10 of 5000.
/// - Returns: mean and deviation of the splits' scores.
/// - Precondition: at least one class, and as many samples as splits.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 4.
public func inceptionScore(probabilities: Tensor, splits: Int = 10) -> InceptionScore {
  let shape = probabilities.shape
  precondition(
    shape.rank == 2 && shape[1] >= 1 && splits >= 1 && shape[0] >= splits,
    "inceptionScore: probabilities \(shape) in \(splits) splits")
  let (samples, classes) = (shape[0], shape[1])
  let scores = probabilities.withElements { p in
    (0..<splits).map { split -> Double in
      let range = split * samples / splits..<(split + 1) * samples / splits
      var marginal = [Double](repeating: 0, count: classes)
      for sample in range {
        for k in 0..<classes { marginal[k] += Double(p[sample * classes + k]) / Double(range.count) }
      }
      var divergence = 0.0
      for sample in range {
        for k in 0..<classes {
          let probability = Double(p[sample * classes + k])
          if probability != 0 { divergence += probability * log(probability / marginal[k]) }
        }
      }
      return exp(divergence / Double(range.count))
    }
  }
  let mean = scores.reduce(0, +) / Double(splits)
  let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(splits)
  return InceptionScore(mean: mean, deviation: variance.squareRoot())
}
