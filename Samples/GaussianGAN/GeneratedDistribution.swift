import TesseraTensor

/// Where a generator puts the mass of its noise: read off an even lattice of noise, without chance.
struct GeneratedDistribution: Sendable {
  /// In ascending order, each of the same weight.
  let values: [Double]

  /// - Precondition: `values` is not empty.
  init(_ values: some Sequence<Double>) {
    self.values = values.sorted()
    precondition(!self.values.isEmpty, "GeneratedDistribution: no values")
  }

  init(of pair: AdversarialPair, count: Int = 1 << 16) {
    self.init(pair.generated(from: Noise.lattice(count)).elements.map { Double($0) })
  }

  var mean: Double { values.reduce(0, +) / Double(values.count) }

  var deviation: Double {
    let mean = mean
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  /// The share of values in each of `count` bins of equal width.
  func shares(in range: ClosedRange<Double>, bins count: Int) -> [Double] {
    var shares = [Double](repeating: 0, count: count)
    let width = (range.upperBound - range.lowerBound) / Double(count)
    for value in values where range.contains(value) {
      shares[min(Int((value - range.lowerBound) / width), count - 1)] += 1 / Double(values.count)
    }
    return shares
  }

  /// The Wasserstein-1 distance, how far mass must be moved on average: ∫ |F(x) − Φ(x)| dx.
  ///
  /// The integral runs over all values and eight deviations around the mean, by the midpoint rule.
  func wasserstein(to other: NormalDistribution) -> Double {
    let lower = min(values.first ?? 0, other.mean - 8 * other.deviation)
    let upper = max(values.last ?? 0, other.mean + 8 * other.deviation)
    let steps = 20_000
    let width = (upper - lower) / Double(steps)
    var (total, below) = (0.0, 0)
    for step in 0..<steps {
      let x = lower + (Double(step) + 0.5) * width
      while below < values.count, values[below] <= x { below += 1 }
      total += abs(Double(below) / Double(values.count) - other.cumulative(x)) * width
    }
    return total
  }

  /// The total variation distance, half the sum of differences: over bins of a tenth of a deviation within six
  /// deviations around the mean, and what lies beyond.
  func totalVariation(to other: NormalDistribution) -> Double {
    let range = other.mean - 6 * other.deviation...other.mean + 6 * other.deviation
    let count = 120
    let shares = shares(in: range, bins: count)
    let width = (range.upperBound - range.lowerBound) / Double(count)
    let differences = shares.enumerated().map { index, share in
      let left = range.lowerBound + Double(index) * width
      return abs(share - (other.cumulative(left + width) - other.cumulative(left)))
    }
    let beyond = max(0, 1 - shares.reduce(0, +))
    return (differences.reduce(0, +) + beyond) / 2
  }
}
