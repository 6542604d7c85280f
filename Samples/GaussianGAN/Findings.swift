import Glibc
import SampleKit
import TesseraTensor

/// How near a pair is to the optimum, where the densities are the same and D is ½ everywhere.
struct Findings: Sendable {
  let generatedMean: Double
  let generatedDeviation: Double
  let wasserstein: Double
  let totalVariation: Double
  /// The mean of D(x) over the data.
  let verdictOnData: Double
  /// The mean of D(G(z)) over the noise.
  let verdictOnGenerated: Double

  init(_ pair: AdversarialPair, data: NormalDistribution) {
    let generated = GeneratedDistribution(of: pair)
    generatedMean = generated.mean
    generatedDeviation = generated.deviation
    wasserstein = generated.wasserstein(to: data)
    totalVariation = generated.totalVariation(to: data)
    verdictOnGenerated = Self.mean(verdicts(pair, on: generated.values), weights: nil)
    let places = stride(from: -6.0, through: 6, by: 0.01).map { data.mean + $0 * data.deviation }
    verdictOnData = Self.mean(verdicts(pair, on: places), weights: places.map(data.density))
  }

  private static func mean(_ values: [Double], weights: [Double]?) -> Double {
    guard let weights else { return values.reduce(0, +) / Double(values.count) }
    return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }

  /// A table for people.
  func table(data: NormalDistribution) -> String {
    """
    samples of G: mean \(generatedMean.decimal(3)), deviation \(generatedDeviation.decimal(3)) \
    (data: \(data.mean.decimal(3)), \(data.deviation.decimal(3)))
    distance of the densities: Wasserstein-1 \(wasserstein.decimal(4)), total variation \(totalVariation.decimal(4))
    mean of D: \(verdictOnData.decimal(3)) on data, \(verdictOnGenerated.decimal(3)) on samples of G (optimum: 0.500)
    """
  }
}

/// D at some places.
func verdicts(_ pair: AdversarialPair, on places: [Double]) -> [Double] {
  pair.logits(of: Tensor([places.count, 1], places.map { Float($0) })).elements.map { 1 / (1 + exp(-Double($0))) }
}
