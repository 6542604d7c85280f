import TesseraTensor

/// Takes from each pixel the mean around it and divides by the spread around it, of all channels together.
///
///     v[c, p] = x[c, p] − Σ_k Σ_u w[u] · x[k, p + u] / channels
///     σ[p]    = √(Σ_k Σ_u w[u] · v[k, p + u]² / channels)
///     y[c, p] = v[c, p] / max(σ[p], mean of σ over the image, 10⁻⁴)
///
/// The window w is a Gaussian whose deviation is a quarter of its side, and which sums to 1 over the part of it that
/// lies on the map. Flat images become 0.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`, at least one pixel, a constant: images, not what a network makes of them.
///   - side: of the window, odd.
/// - Returns: the shape of `x`, a constant.
/// - Precondition: no gradient passes through `x`.
///
/// Source: Jarrett, Kavukcuoglu, Ranzato and LeCun 2009, "What is the best multi-stage architecture for object
/// recognition?", section 2.1, local contrast normalisation. The least spread is ours, for flat images.
public func normalizeContrast(_ x: Variable, side: Int) -> Variable {
  precondition(x.shape.rank == 4 && x.shape.count > 0, "normalizeContrast: map \(x.shape)")
  precondition(x.entry == nil, "normalizeContrast: \(x.shape) is not a constant, and gradients do not pass")
  let window = SmoothingWindow.gaussian(side: side)
  let channels = x.shape[1]
  func pixelMean(_ map: Variable) -> Variable {
    let shares = x.constant(.filled([1, channels, 1, 1], with: 1 / Float(channels)))
    return window.mean(convolve(map, shares, nil, .same(kernel: 1)))
  }
  let copies = x.constant(.filled([channels, 1, 1, 1], with: 1))
  let centred = x - convolve(pixelMean(x), copies, nil, .same(kernel: 1))
  return x.constant(divide(centred.value, byRootsOf: pixelMean(centred * centred).value))
}

/// The least spread that numbers are divided by: it is far below what images have, and far above their rounding.
private let leastSpread: Float = 1e-4

/// Divides every channel by the root of `squares`, `[batch, 1, height, width]`, or by those roots' mean where less.
private func divide(_ x: Tensor, byRootsOf squares: Tensor) -> Tensor {
  let (batch, channels, pixels) = (x.shape[0], x.shape[1], x.shape[2] * x.shape[3])
  let spreads = squares.elements.map { $0.squareRoot() }
  return x.withElements { numbers in
    Tensor(x.shape) { result in
      for image in 0..<batch {
        let total = spreads[image * pixels..<(image + 1) * pixels].reduce(0) { $0 + Double($1) }
        let mean = Float(total / Double(pixels))
        let least = mean < leastSpread ? leastSpread : mean
        for channel in 0..<channels {
          let start = (image * channels + channel) * pixels
          for pixel in 0..<pixels {
            let spread = spreads[image * pixels + pixel]
            // Not a maximum: what is not a number shall stay so.
            result[start + pixel] = numbers[start + pixel] / (spread < least ? least : spread)
          }
        }
      }
    }
  }
}
