import TesseraTensor

/// The convolution of a map with weights, product by product in double precision.
func referenceConvolution(
  _ x: ReferenceMap, _ w: ReferenceMap, _ bias: ReferenceMap?, _ g: ConvolutionGeometry
) -> ReferenceMap {
  let (batch, height, width) = (x.shape[0], x.shape[2], x.shape[3])
  let (out, inGroup) = (w.shape[0], w.shape[1])
  func size(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
    (input + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
  }
  var y = ReferenceMap([
    batch, out, size(height, g.kernel.height, g.stride.height, g.padding.height, g.dilation.height),
    size(width, g.kernel.width, g.stride.width, g.padding.width, g.dilation.width),
  ])
  for n in 0..<batch {
    for o in 0..<out {
      let first = o / (out / g.groups) * inGroup
      for i in 0..<y.shape[2] {
        for j in 0..<y.shape[3] {
          var total = bias?.values[o] ?? 0
          for u in 0..<g.kernel.height {
            let row = i * g.stride.height - g.padding.height + u * g.dilation.height
            guard row >= 0 && row < height else { continue }
            for v in 0..<g.kernel.width {
              let column = j * g.stride.width - g.padding.width + v * g.dilation.width
              guard column >= 0 && column < width else { continue }
              total += products(x, n, first, row, column, w, o, u, v)
            }
          }
          y[n, o, i, j] = total
        }
      }
    }
  }
  return y
}

/// Σ over the channels of a group, with plain strides: most of the tests' time passes here.
private func products(
  _ x: ReferenceMap, _ n: Int, _ first: Int, _ row: Int, _ column: Int, _ w: ReferenceMap, _ o: Int, _ u: Int, _ v: Int
) -> Double {
  let (xStep, wStep) = (x.shape[2] * x.shape[3], w.shape[2] * w.shape[3])
  var at = (n * x.shape[1] + first) * xStep + row * x.shape[3] + column
  var of = o * w.shape[1] * wStep + u * w.shape[3] + v
  var left = w.shape[1]
  return x.values.withUnsafeBufferPointer { x in
    w.values.withUnsafeBufferPointer { w in
      var total = 0.0
      while left > 0 {
        total += x[at] * w[of]
        at += xStep
        of += wStep
        left -= 1
      }
      return total
    }
  }
}
