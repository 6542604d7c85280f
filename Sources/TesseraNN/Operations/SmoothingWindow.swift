import TesseraTensor

#if canImport(Glibc)
  import Glibc
#endif

/// Weights of a square window that takes means: the product of the same weights along height and width.
///
/// At the edges of a map the weights that lie on it are enlarged so that they sum to 1 again.
struct SmoothingWindow {
  /// Weights along one axis, an odd number of them.
  let weights: [Float]

  private enum Axis {
    case height
    case width
  }

  /// 1, 4, 6, 4 and 1 sixteenths.
  ///
  /// Source: Burt and Adelson 1983, with a = 3/8.
  static let binomial = SmoothingWindow(weights: [0.0625, 0.25, 0.375, 0.25, 0.0625])

  /// e^(−d² / 2σ²) at distance d from the centre, made to sum to 1; σ is a quarter of the side.
  ///
  /// - Precondition: the side is odd.
  static func gaussian(side: Int) -> SmoothingWindow {
    precondition(side >= 1 && side % 2 == 1, "SmoothingWindow: side \(side) has no centre")
    let distances = (0..<side).map { Double($0 - side / 2) / (Double(side) / 4) }
    let heights = distances.map { exp(-$0 * $0 / 2) }
    let total = heights.reduce(0, +)
    return SmoothingWindow(weights: heights.map { Float($0 / total) })
  }

  /// The mean around every `stride`-th pixel of each channel.
  ///
  /// - Returns: `[batch, channels, ⌈height / stride⌉, ⌈width / stride⌉]`.
  func mean(_ x: Variable, stride: Int = 1) -> Variable {
    let sums = [Axis.height, .width].reduce(x) { map, axis in
      convolve(map, kernel(axis, for: map), nil, geometry(axis, stride: stride, channels: map.shape[1]))
    }
    func shares(_ places: Int, of size: Int) -> [Float] {
      (0..<places).map { place in share { (0..<size).contains(place * stride + $0) } }
    }
    return sums.scaled(rows: shares(sums.shape[2], of: x.shape[2]), columns: shares(sums.shape[3], of: x.shape[3]))
  }

  /// A map of the size that ``mean(_:stride:)`` halves to that of `x`: around each pixel the mean of those numbers that
  /// belong to pixels, which are every second along each axis.
  func doubled(_ x: Variable, height: Int, width: Int) -> Variable {
    let sums = [Axis.height, .width].reduce(x) { map, axis in
      let geometry = geometry(axis, stride: 2, channels: map.shape[1])
      let size = geometry.transposedSize(height: map.shape[2], width: map.shape[3])
      let missing = ConvolutionGeometry.Extent(
        height: axis == .height ? height - size.height : 0, width: axis == .width ? width - size.width : 0)
      return convolveTransposed(map, kernel(axis, for: map), nil, geometry, outputPadding: missing)
    }
    func shares(_ places: Int, of size: Int) -> [Float] {
      (0..<places).map { place in
        share { (place + $0) % 2 == 0 && (0..<size).contains((place + $0) / 2) }
      }
    }
    return sums.scaled(rows: shares(height, of: x.shape[2]), columns: shares(width, of: x.shape[3]))
  }

  /// The sum of the weights at offsets from the centre that count.
  private func share(_ counts: (_ offset: Int) -> Bool) -> Float {
    weights.indices.reduce(0) { counts($1 - weights.count / 2) ? $0 + weights[$1] : $0 }
  }

  private func kernel(_ axis: Axis, for map: Variable) -> Variable {
    let (channels, side) = (map.shape[1], weights.count)
    let shape: Shape = axis == .height ? [channels, 1, side, 1] : [channels, 1, 1, side]
    return map.constant(Tensor(shape, (0..<channels).flatMap { _ in weights }))
  }

  private func geometry(_ axis: Axis, stride: Int, channels: Int) -> ConvolutionGeometry {
    let side = weights.count
    func extent(_ along: Int, _ across: Int) -> ConvolutionGeometry.Extent {
      axis == .height ? .init(height: along, width: across) : .init(height: across, width: along)
    }
    return ConvolutionGeometry(
      kernel: extent(side, 1), stride: extent(stride, 1), padding: extent(side / 2, 0), groups: channels)
  }
}

extension Variable {
  /// Numbers of the same pass, through which no gradient passes.
  func constant(_ value: Tensor) -> Variable { Variable(value, tape: tape, entry: nil) }

  /// Every pixel over the shares of its row and of its column.
  fileprivate func scaled(rows: [Float], columns: [Float]) -> Variable {
    let pixels = rows.flatMap { row in columns.map { 1 / (row * $0) } }
    return self * constant(Tensor(shape, (0..<shape[0] * shape[1]).flatMap { _ in pixels }))
  }
}
