import TesseraTensor

/// Normalises each sample by the statistics of a reference batch and itself, then scales and shifts it.
///
/// The first R samples are the reference batch. It is normalised by its own statistics; any other sample i by those of
/// the R + 1 samples that the reference batch and it make, so that the others of its batch have no part in it:
///
///     δ_i = m_i − μ_R
///     μ_i  = μ_R + δ_i / (R + 1)
///     σ²_i = R / (R + 1) · σ²_R + v_i / (R + 1) + R / (R + 1)² · δ_i²
///     y_i  = γ · (x_i − μ_i) / √(σ²_i + ε) + β
///
/// m_i and v_i are mean and variance over a sample's pixels, of each channel. Variances are sums of squares of centred
/// numbers. The pullback goes through all statistics, to the reference batch too.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`; rows of numbers are maps of one pixel.
///   - references: R, in 1...batch.
///   - scale: γ, `[channels]`.
///   - shift: β, `[channels]`.
///   - epsilon: ε.
/// - Returns: the normalised map, and the biased statistics of the reference batch.
///
/// Source: Salimans et al. 2016 (arXiv:1606.03498), section 3.5; the variance of a union: Chan, Golub and LeVeque 1983.
func virtualBatchNormalize(
  _ x: Variable, references: Int, scale: Variable, shift: Variable, epsilon: Float
) -> (output: Variable, statistics: BatchNormalization.Statistics) {
  let shape = x.shape
  precondition(
    shape.rank == 4 && (1...max(shape[0], 1)).contains(references) && shape.count > 0,
    "virtualBatchNormalize: \(references) references of map \(shape)")
  let normalization = VirtualBatchNormalization(shape: shape, references: references, epsilon: Double(epsilon))
  let (input, precision) = (x.value, x.value.precision)
  let statistics = normalization.statistics(of: input)
  let (gamma, beta) = (scale.value.elements.map(Double.init), shift.value.elements.map(Double.init))
  let y = normalization.forward(input, statistics, scale: gamma, shift: beta)
  let output = Variable.result(y.converted(to: precision), of: [x, scale, shift]) { dy, _ in
    let (dx, dscale, dshift) = normalization.gradients(input, dy, statistics, scale: gamma)
    return [dx.converted(to: precision), dscale, dshift]
  }
  let ofReferences = BatchNormalization.Statistics(
    mean: normalization.vector(statistics.referenceMean), variance: normalization.vector(statistics.referenceVariance))
  return (output, ofReferences)
}

/// The passes over memory, each a kernel's, and the arithmetic on one number per sample and channel between them.
private struct VirtualBatchNormalization {
  /// In double precision, `[channels]` of the reference batch and `[batch, channels]` of samples.
  struct Statistics {
    var referenceMean, referenceVariance: [Double]
    /// What is subtracted before squaring: μ_R for references, m for others; rounded to f32.
    var center: Tensor
    /// μ_i minus the centre, as the kernels have it.
    var offset: [Double]
    /// δ_i; 0 for references.
    var distance: [Double]
    /// 1 / √(σ²_i + ε).
    var inverse: [Double]
  }

  let shape: Shape
  let references: Int
  let epsilon: Double

  private var channels: Int { shape[1] }
  private var pixels: Double { Double(shape[2] * shape[3]) }
  private var count: Double { Double(references) }
  /// The share of one sample among R + 1.
  private var share: Double { 1 / (count + 1) }

  /// One number for each channel.
  func vector(_ numbers: [Double]) -> Tensor { Tensor([channels], numbers.map { Float($0) }) }

  private func perChannel(_ number: (_ sample: Int, _ channel: Int) -> Double) -> Tensor {
    Tensor(
      [shape[0], channels, 1, 1],
      (0..<shape[0] * channels).map { Float(number($0 / channels, $0 % channels)) })
  }

  private func centered(_ x: Tensor, _ center: Tensor) -> Tensor {
    x.converted(to: .f32).addingByChannel(center.scaled(by: -1))
  }

  /// The mean over the reference samples of one number per sample and channel.
  private func referenceMean(_ numbers: [Double]) -> [Double] {
    (0..<channels).map { c in (0..<references).reduce(0) { $0 + numbers[$1 * channels + c] } / count }
  }

  func statistics(of x: Tensor) -> Statistics {
    let means = x.summedOverPixels().elements.map { Double($0) / pixels }
    let referenceMean = referenceMean(means)
    let center = perChannel { sample, c in sample < references ? referenceMean[c] : means[sample * channels + c] }
    let rounded = center.elements.map(Double.init)
    let difference = centered(x, center)
    let squares = difference.dottedOverPixels(difference).elements.map { Double($0) / pixels }
    let referenceVariance = self.referenceMean(squares)
    var result = Statistics(
      referenceMean: referenceMean, referenceVariance: referenceVariance, center: center,
      offset: means, distance: means, inverse: means)
    for k in means.indices {
      let c = k % channels
      let isReference = k / channels < references
      let distance = isReference ? 0 : means[k] - referenceMean[c]
      let variance =
        isReference
        ? referenceVariance[c]
        : share * (count * referenceVariance[c] + squares[k] + count * share * distance * distance)
      result.distance[k] = distance
      result.offset[k] = referenceMean[c] + share * distance - rounded[k]
      result.inverse[k] = 1 / (variance + epsilon).squareRoot()
    }
    return result
  }

  func forward(_ x: Tensor, _ statistics: Statistics, scale: [Double], shift: [Double]) -> Tensor {
    let factor = { (sample: Int, c: Int) in scale[c] * statistics.inverse[sample * channels + c] }
    return centered(x, statistics.center).multipliedByChannel(perChannel(factor)).addingByChannel(
      perChannel { shift[$1] - statistics.offset[$0 * channels + $1] * factor($0, $1) })
  }

  func gradients(
    _ x: Tensor, _ dy: Tensor, _ statistics: Statistics, scale: [Double]
  ) -> (input: Tensor, scale: Tensor, shift: Tensor) {
    let difference = centered(x, statistics.center)
    let dy = dy.converted(to: .f32)
    let sums = dy.summedOverPixels().elements.map(Double.init)
    var products = dy.dottedOverPixels(difference).elements.map(Double.init)
    for k in products.indices { products[k] -= statistics.offset[k] * sums[k] }
    var (dscale, dshift) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    var (ofMean, ofVariance) = (sums, sums)
    for k in sums.indices {
      let (c, inverse) = (k % channels, statistics.inverse[k])
      dscale[c] += products[k] * inverse
      dshift[c] += sums[k]
      ofMean[k] = -scale[c] * inverse * sums[k]
      ofVariance[k] = -scale[c] * inverse * inverse * inverse * products[k] / 2
    }
    let (slope, constant) = ownGradients(statistics, ofMean: ofMean, ofVariance: ofVariance)
    let direct = dy.multipliedByChannel(perChannel { scale[$1] * statistics.inverse[$0 * channels + $1] })
    let through = difference.multipliedByChannel(perChannel { slope[$0 * channels + $1] })
    let dx = direct.adding(through).addingByChannel(perChannel { constant[$0 * channels + $1] })
    return (dx, vector(dscale), vector(dshift))
  }

  /// What reaches x through the statistics: slope · (x − centre) + constant, from the gradients of each μ_i and σ²_i.
  private func ownGradients(
    _ statistics: Statistics, ofMean: [Double], ofVariance: [Double]
  ) -> (slope: [Double], constant: [Double]) {
    // The gradients of μ_R and σ²_R.
    var (referenceMean, referenceVariance) = (
      [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
    )
    var (slope, constant) = (ofVariance, ofMean)
    for k in ofMean.indices {
      let c = k % channels
      guard k / channels >= references else {
        referenceMean[c] += ofMean[k]
        referenceVariance[c] += ofVariance[k]
        continue
      }
      let ofDistance = ofVariance[k] * 2 * count * share * share * statistics.distance[k]
      referenceMean[c] += count * share * ofMean[k] - ofDistance
      referenceVariance[c] += count * share * ofVariance[k]
      constant[k] = (share * ofMean[k] + ofDistance) / pixels
      slope[k] = 2 * share * ofVariance[k] / pixels
    }
    for k in 0..<references * channels {
      constant[k] = referenceMean[k % channels] / (count * pixels)
      slope[k] = 2 * referenceVariance[k % channels] / (count * pixels)
    }
    return (slope, constant)
  }
}
