/// Where a resized axis takes its values from.
///
/// Pixels are squares whose centres lie at half units (`align_corners = false`): target pixel `i` of `n` looks at
/// `(i + 1/2) · source / n − 1/2`. Positions are kept as fractions of integers, so no rounding moves them.
enum Sampling {
  /// The two neighbours of each target pixel and the weight of the upper one.
  struct Linear {
    var lower: [Int] = []
    var upper: [Int] = []
    var weights: [Float] = []
  }

  /// Neighbours for linear interpolation; beyond the outer centres the edge pixel stands alone.
  static func linear(from source: Int, to target: Int) -> Linear {
    var result = Linear()
    for index in 0..<target {
      let numerator = min(max((2 * index + 1) * source - target, 0), 2 * target * (source - 1))
      let lower = numerator / (2 * target)
      result.lower.append(lower)
      result.upper.append(min(lower + 1, source - 1))
      result.weights.append(Float(numerator % (2 * target)) / Float(2 * target))
    }
    return result
  }

  /// The source pixel under the centre of each target pixel; a centre on an edge between two takes the latter.
  static func nearest(from source: Int, to target: Int) -> [Int] {
    (0..<target).map { (2 * $0 + 1) * source / (2 * target) }
  }
}
