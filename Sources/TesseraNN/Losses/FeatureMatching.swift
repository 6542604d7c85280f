import TesseraTensor

/// How far apart two means of features are.
public enum FeatureDistance: Hashable, Sendable {
  /// ‖a − b‖², the paper's.
  case squared
  /// Σ_c |a_c − b_c| / C, which its code takes for natural images.
  case meanAbsolute
}

/// Compares what features are on average: of generated samples with those of data.
///
///     L = ‖E f − E g‖²,   E f_c = Σ_{n, i, j} f[n, c, i, j] / (batch · height · width)
///     ∂L/∂f[n, c, i, j] = 2 · (E f_c − E g_c) / (batch · height · width)
///
/// The features are those of a discriminator's hidden layer, which the generator's step takes as it is. Means only are
/// compared, so that batches and sizes of both may differ.
///
/// - Parameters:
///   - f: `[batch, channels]` or `[batch, channels, height, width]`, at least one place.
///   - g: as `f`, of as many channels.
///   - distance: how the means are compared.
/// - Returns: a scalar.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.1.
public func featureMatching(_ f: Variable, _ g: Variable, _ distance: FeatureDistance = .squared) -> Variable {
  precondition(
    f.shape.rank >= 2 && g.shape.rank >= 2 && f.shape[1] == g.shape[1],
    "featureMatching: features \(f.shape) and \(g.shape)")
  let difference = featureMeans(f) - featureMeans(g)
  switch distance {
  case .squared: return sum(difference * difference)
  case .meanAbsolute: return mean(relu(difference) + relu(-1 * difference))
  }
}

/// The mean of each channel over batch and places, `[channels]`.
private func featureMeans(_ x: Variable) -> Variable {
  let shape = x.shape
  let map = classMapShape(shape, "featureMatching")
  let count = map[0] * map[2] * map[3]
  precondition(count > 0, "featureMatching: features \(shape) have no places")
  let share = 1 / Float(count)
  let (layout, precision) = (x.value.layout, x.value.precision)
  let value = shape.rank == 2 ? x.value.reshaped(to: map) : x.value
  return .result(value.summedOverPixels().summedOverBatch().scaled(by: share), of: [x]) { dy, _ in
    let each = dy.scaled(by: share).repeated(batch: map[0])
    guard shape.rank == 4 else { return [each.reshaped(to: shape)] }
    return [each.repeatedOverPixels(height: map[2], width: map[3], layout: layout, precision: precision)]
  }
}
