import CTesseraDNN
import CTesseraKernels

/// What a pooling window yields.
package enum PoolingKind: Hashable, Sendable {
  /// The largest value; padding never wins.
  case max
  /// The mean of the window's values inside the map.
  case average
  /// The mean of the window's values, padding counted as zeros.
  case averageWithPadding
}

/// A pooling of maps of one shape, prepared.
package struct Pooling: Sendable {
  package let kind: PoolingKind
  package let geometry: ConvolutionGeometry
  package let source: Shape
  package let destination: Shape
  package let layout: Layout

  /// Prepares for maps `[batch, channels, height, width]` in a layout.
  ///
  /// - Precondition: no dilation, no groups, padding below the kernel, and the window fits the padded map.
  package init(_ kind: PoolingKind, source: Shape, layout: Layout, geometry: ConvolutionGeometry) {
    precondition(
      source.rank == 4 && geometry.groups == 1 && geometry.dilation == .init(1)
        && geometry.padding.height < geometry.kernel.height && geometry.padding.width < geometry.kernel.width,
      "Pooling: \(geometry) on map \(source)")
    let size = geometry.outputSize(height: source[2], width: source[3])
    precondition(size.height > 0 && size.width > 0, "Pooling: the window of \(geometry) is larger than map \(source)")
    self.kind = kind
    self.geometry = geometry
    self.source = source
    self.layout = layout
    destination = [source[0], source[1], size.height, size.width]
  }

  /// The pooled map, in the precision of `x`, and what the gradient needs to know of where it came from.
  package func forward(_ x: Tensor) -> (output: Tensor, workspace: Workspace) {
    if hasKernel { return blockedForward(x) }
    if averagesRows { return (means(x), Workspace(bytes: 0)) }
    var description = description
    var bytes = 0
    check(tessera_pooling_workspace_bytes(&description, &bytes), "pooling", source)
    let workspace = Workspace(bytes: bytes)
    var y = Tensor(uninitialized: destination, layout: layout)
    let input = x.converted(to: layout, .f32)
    check(tessera_pooling_forward(&description, input.pointer, y.mutablePointer, workspace.pointer), "pooling", source)
    return (y.converted(to: x.precision), workspace)
  }

  /// ∂/∂x, `source`, in the precision of `dy`.
  package func inputGradient(_ dy: Tensor, workspace: Workspace) -> Tensor {
    if let x = workspace.input { return blockedGradient(dy, x) }
    if averagesRows { return meansGradient(dy) }
    var description = description
    let gradient = dy.converted(to: layout, .f32)
    var dx = Tensor(uninitialized: source, layout: layout)
    check(
      tessera_pooling_backward(&description, gradient.pointer, workspace.pointer, dx.mutablePointer),
      "input gradient of pooling", source)
    return dx.converted(to: dy.precision)
  }

  private var description: tessera_pooling {
    tessera_pooling(
      source: tessera_map(source, layout), destination: tessera_map(destination, layout),
      kernel_h: Int32(geometry.kernel.height), kernel_w: Int32(geometry.kernel.width),
      stride_h: Int32(geometry.stride.height), stride_w: Int32(geometry.stride.width),
      pad_h: Int32(geometry.padding.height), pad_w: Int32(geometry.padding.width),
      kind: Int32(kind == .max ? TESSERA_POOL_MAX.rawValue : TESSERA_POOL_AVERAGE.rawValue),
      counts_padding: kind == .averageWithPadding ? 1 : 0)
  }
}

// The largest of 2×2 in blocks, by a kernel of our own.
extension Pooling {
  private var hasKernel: Bool {
    kind == .max && layout == .blocked && geometry.kernel == .init(2) && geometry.stride == .init(2)
      && geometry.padding == .init(0)
  }

  private var planes: Int { source[0] * ((source[1] + Layout.block - 1) / Layout.block) }

  private func blockedForward(_ x: Tensor) -> (output: Tensor, workspace: Workspace) {
    let x = x.converted(to: layout)
    var y = Tensor(uninitialized: destination, layout: layout, precision: x.precision)
    tessera_block_max_pool(y.mutableAddress, x.address, planes, source[2], source[3], x.precision.code)
    return (y, Workspace(input: x))
  }

  private func blockedGradient(_ dy: Tensor, _ x: Tensor) -> Tensor {
    let gradient = dy.converted(to: layout, x.precision)
    var dx = Tensor(uninitialized: source, layout: layout, precision: x.precision)
    tessera_block_max_pool_backward(
      dx.mutableAddress, gradient.address, x.address, planes, source[2], source[3], x.precision.code)
    return dx.converted(to: dy.precision)
  }
}

// Means of windows side by side in rows, by a kernel of our own: oneDNN has only plain loops.
extension Pooling {
  private var averagesRows: Bool {
    kind != .max && layout == .rows && geometry.kernel == geometry.stride && geometry.padding == .init(0)
      && geometry.kernel.width <= Int(TESSERA_MOST_WINDOW_COLUMNS)
  }

  private var windows: tessera_windows {
    tessera_windows(
      planes: source[0] * source[1], height: source[2], width: source[3], kernel_h: geometry.kernel.height,
      kernel_w: geometry.kernel.width)
  }

  private func means(_ x: Tensor) -> Tensor {
    var windows = windows
    let input = x.converted(to: layout, .f32)
    var y = Tensor(uninitialized: destination)
    tessera_window_means(&windows, input.pointer, y.mutablePointer)
    return y.converted(to: x.precision)
  }

  private func meansGradient(_ dy: Tensor) -> Tensor {
    var windows = windows
    let gradient = dy.converted(to: layout, .f32)
    var dx = Tensor(uninitialized: source)
    tessera_window_means_backward(&windows, gradient.pointer, dx.mutablePointer)
    return dx.converted(to: dy.precision)
  }
}

/// What a forward pass leaves for its pullback: bytes in a form only oneDNN reads, or the map that it read.
package struct Workspace: Sendable {
  private let storage: TensorStorage?
  /// The map that the forward pass read, where the pullback reads it again.
  let input: Tensor?

  init(bytes: Int) {
    storage = bytes > 0 ? TensorStorage(bytes: bytes) : nil
    input = nil
  }

  init(input: Tensor) {
    storage = nil
    self.input = input
  }

  var pointer: UnsafeMutableRawPointer? { storage?.address }
}
