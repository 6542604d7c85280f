import CTesseraDNN

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

  private var description: tessera_resampling {
    tessera_resampling(
      source: tessera_map(source, layout), destination: tessera_map(destination, layout),
      kind: Int32(kind == .bilinear ? TESSERA_BILINEAR.rawValue : TESSERA_NEAREST.rawValue))
  }

  /// The map at its new size.
  package func forward(_ x: Tensor) -> Tensor {
    var description = description
    let x = x.converted(to: layout)
    var y = Tensor(uninitialized: destination, layout: layout)
    check(tessera_resampling_forward(&description, x.pointer, y.mutablePointer), "resampling", source, destination)
    return y
  }

  /// ∂/∂x, `source`.
  package func inputGradient(_ dy: Tensor) -> Tensor {
    var description = description
    let dy = dy.converted(to: layout)
    var dx = Tensor(uninitialized: source, layout: layout)
    check(
      tessera_resampling_backward(&description, dy.pointer, dx.mutablePointer), "input gradient of resampling", source,
      destination)
    return dx
  }
}
