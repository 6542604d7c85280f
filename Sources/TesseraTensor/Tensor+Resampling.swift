import CTesseraDNN
import CTesseraKernels

/// How a map of another size is read.
public enum ResamplingKind: Hashable, Sendable {
  /// Weighted by distance from the four nearest pixel centres, edges clamped (`align_corners` false).
  case bilinear
  /// The pixel whose centre is nearest.
  case nearest
}

/// A resampling between maps of two sizes, prepared.
package struct Resampling: Sendable {
  package let kind: ResamplingKind
  package let source: Shape
  package let destination: Shape
  package let layout: Layout

  package init(_ kind: ResamplingKind, source: Shape, layout: Layout, height: Int, width: Int) {
    precondition(
      source.rank == 4 && source.count > 0 && height > 0 && width > 0,
      "Resampling: from map \(source) to height \(height), width \(width)")
    self.kind = kind
    self.source = source
    self.layout = layout
    destination = [source[0], source[1], height, width]
  }

  /// Where a map had best lie to be resampled: as it does, but in rows where blocks would enlarge their padding too.
  package static func layout(of x: Tensor, height: Int, width: Int) -> Layout {
    let grows = x.shape.rank == 4 && height * width > x.shape[2] * x.shape[3]
    return grows && x.precision == .f32 && x.layout.pads(x.shape) ? .rows : x.layout
  }

  /// The map at its new size, in the precision of `x`.
  package func forward(_ x: Tensor) -> Tensor {
    if hasKernel { return resampled(x, to: destination, backward: false) }
    var description = description
    let input = x.converted(to: layout, .f32)
    var y = Tensor(uninitialized: destination, layout: layout)
    check(tessera_resampling_forward(&description, input.pointer, y.mutablePointer), "resampling", source, destination)
    return y.converted(to: x.precision)
  }

  /// ∂/∂x, `source`, in the precision of `dy`.
  package func inputGradient(_ dy: Tensor) -> Tensor {
    if hasKernel { return resampled(dy, to: source, backward: true) }
    var description = description
    let gradient = dy.converted(to: layout, .f32)
    var dx = Tensor(uninitialized: source, layout: layout)
    check(
      tessera_resampling_backward(&description, gradient.pointer, dx.mutablePointer), "input gradient of resampling",
      source, destination)
    return dx.converted(to: dy.precision)
  }

  private var description: tessera_resampling {
    tessera_resampling(
      source: tessera_map(source, layout), destination: tessera_map(destination, layout),
      kind: Int32(kind == .bilinear ? TESSERA_BILINEAR.rawValue : TESSERA_NEAREST.rawValue))
  }

  /// Whether a kernel of our own does it; oneDNN's gradient takes many times as long.
  private var hasKernel: Bool { kind == .bilinear && layout != .channelsLast }

  private func resampled(_ map: Tensor, to shape: Shape, backward: Bool) -> Tensor {
    // Rows are computed in f32, blocks as they are stored.
    let input = map.converted(to: layout, layout == .rows ? .f32 : map.precision)
    var result = Tensor(uninitialized: shape, layout: layout, precision: input.precision)
    let block = layout == .blocked ? Layout.block : 1
    var description = tessera_resampling_map(
      planes: source[0] * ((source[1] + block - 1) / block), height: source[2], width: source[3],
      new_height: destination[2], new_width: destination[3], backward: backward ? 1 : 0,
      blocked: layout == .blocked ? 1 : 0, precision: input.precision.code)
    let scratch = Scratch(numbers: tessera_resampling_scratch(&description))
    tessera_resample(&description, input.address, result.mutableAddress, scratch.pointer)
    return result.converted(to: map.precision)
  }
}
