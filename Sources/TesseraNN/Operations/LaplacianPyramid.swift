import TesseraTensor

/// Takes a map apart into what each of several sizes adds to the next smaller one, which is half as large.
///
///     G_1 = x;   G_k+1 = reduce(G_k);   L_k = G_k − expand(G_k+1);   the last is G_n itself
///     reduce(G)[i] = Σ_u w[u] · G[2i + u] / Σ_u w[u]               over u with 2i + u on the map
///     expand(G)[i] = Σ_u w[u] · G[(i + u) / 2] / Σ_u w[u]          over u with i + u even and (i + u) / 2 on the map
///
/// along the height and then along the width, w = 1, 4, 6, 4 and 1 sixteenths for u in −2...2. Away from the edges this
/// is the source's pyramid; there the source makes numbers up beyond them, and here the others share out their weight.
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`, at least one pixel.
///   - levels: n, at least 1.
/// - Returns: L_1 to L_n; sides are halved and rounded up from one to the next.
///
/// Source: Burt and Adelson 1983, "The Laplacian pyramid as a compact image code", IEEE Transactions on Communications
/// 31 (4).
public func laplacianPyramid(_ x: Variable, levels: Int) -> [Variable] {
  precondition(
    x.shape.rank == 4 && x.shape.count > 0 && levels >= 1, "laplacianPyramid: \(levels) levels of map \(x.shape)")
  var level = x
  var bands: [Variable] = []
  for _ in 1..<levels {
    let next = SmoothingWindow.binomial.mean(level, stride: 2)
    bands.append(level - SmoothingWindow.binomial.doubled(next, height: level.shape[2], width: level.shape[3]))
    level = next
  }
  return bands + [level]
}
