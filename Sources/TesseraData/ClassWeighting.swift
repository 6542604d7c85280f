import Foundation

/// How the loss weighs classes by how often they occur.
public enum ClassWeighting: String, CaseIterable, Codable, Sendable {
  /// Every class weighs 1.
  case none
  /// `1 / ln(1.02 + p)` of a class with share `p` of the pixels, scaled to a mean of 1.
  ///
  /// Source: Paszke et al. 2016, arXiv:1606.02147, section 5.2.
  case enet
  /// `1 / √p` of a class with share `p` of the pixels, scaled to a mean of 1 over the classes that occur: between no
  /// weights, under which rare classes come up late, and ``medianFrequency``, under which they spread over others.
  case inverseRoot
  /// The median of the classes' frequencies over the class's own, scaled to a mean of 1 over the classes that occur.
  ///
  /// Source: Eigen and Fergus 2015, arXiv:1411.4734: a frequency counts only the images in which the class occurs.
  case medianFrequency
}

extension ClassFrequencies {
  /// One weight a class for the loss, in index order.
  ///
  /// A class without a pixel weighs 0 under ``ClassWeighting/inverseRoot`` and ``ClassWeighting/medianFrequency``: its
  /// frequency has no inverse.
  public func weights(_ weighting: ClassWeighting) -> [Float] {
    switch weighting {
    case .none:
      return [Float](repeating: 1, count: pixels.count)
    case .enet:
      let total = Double(max(1, pixels.reduce(0, +)))
      return scaledToMeanOne(pixels.map { 1 / log(1.02 + Double($0) / total) })
    case .inverseRoot:
      return scaledToMeanOne(pixels.map { $0 == 0 ? 0 : 1 / Double($0).squareRoot() })
    case .medianFrequency:
      let frequencies = zip(pixels, pixelsWherePresent).map { $1 == 0 ? 0 : Double($0) / Double($1) }
      let present = frequencies.filter { $0 > 0 }.sorted()
      guard !present.isEmpty else { return scaledToMeanOne(frequencies) }
      let middle = present.count / 2
      let median = present.count % 2 == 1 ? present[middle] : (present[middle - 1] + present[middle]) / 2
      return scaledToMeanOne(frequencies.map { $0 > 0 ? median / $0 : 0 })
    }
  }

  /// Divides by the mean over the weights that are not 0; where all are, every class weighs 1.
  private func scaledToMeanOne(_ weights: [Double]) -> [Float] {
    let used = weights.filter { $0 > 0 }
    guard !used.isEmpty else { return [Float](repeating: 1, count: weights.count) }
    let mean = used.reduce(0, +) / Double(used.count)
    return weights.map { Float($0 / mean) }
  }
}
