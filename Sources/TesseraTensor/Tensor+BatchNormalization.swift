import CTesseraDNN
import CTesseraKernels

/// A batch normalisation of maps of one shape, prepared.
package struct BatchNormalization: Sendable {
  /// Mean and biased variance of each channel.
  package struct Statistics: Sendable {
    package var mean: Tensor
    package var variance: Tensor

    package init(mean: Tensor, variance: Tensor) {
      self.mean = mean
      self.variance = variance
    }
  }

  package let shape: Shape
  /// How the result lies: blocks where no other layout can do it in one pass.
  package let layout: Layout
  package let epsilon: Float
  /// What follows in the same pass over memory.
  package let activation: Activation?
  /// Whether the statistics are the batch's own; otherwise they are given, and constants of the pullback.
  package let usesBatchStatistics: Bool

  /// Prepares for maps `[batch, channels, height, width]`, preferably in a layout.
  ///
  /// - Precondition: the activation can be part of the pass.
  package init(
    shape: Shape, layout: Layout, epsilon: Float, activation: Activation?, usesBatchStatistics: Bool
  ) {
    precondition(shape.rank == 4, "BatchNormalization: a map has four axes, not \(shape)")
    precondition(
      Activation.isFused(activation), "BatchNormalization: \(String(describing: activation)) is a pass of its own")
    self.shape = shape
    self.layout = activation == .hardSwish ? .blocked : layout
    self.epsilon = epsilon
    self.activation = activation
    self.usesBatchStatistics = usesBatchStatistics
  }

  /// The normalised map, in the precision of `x`; `statistics` are written where they are the batch's own, else read.
  package func forward(
    _ x: Tensor, scale: Tensor, shift: Tensor, statistics: inout Statistics
  ) -> (output: Tensor, workspace: Workspace) {
    layout == .blocked
      ? (blockedForward(x, scale: scale, shift: shift, statistics: &statistics), Workspace(bytes: 0))
      : plainForward(x, scale: scale, shift: shift, statistics: &statistics)
  }

  /// ∂/∂x, in the precision of `x`, ∂/∂scale and ∂/∂shift.
  package func gradients(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, statistics: Statistics, workspace: Workspace
  ) -> (input: Tensor, scale: Tensor, shift: Tensor) {
    var dx = dy
    let (dscale, dshift) = gradients(
      x, replacing: &dx, scale: scale, shift: shift, statistics: statistics, workspace: workspace)
    return (dx, dscale, dshift)
  }

  /// ∂/∂scale and ∂/∂shift; ∂/∂x takes the place of ∂/∂y, in its memory where nobody else reads that.
  package func gradients(
    _ x: Tensor, replacing dy: inout Tensor, scale: Tensor, shift: Tensor, statistics: Statistics,
    workspace: Workspace
  ) -> (scale: Tensor, shift: Tensor) {
    layout == .blocked
      ? blockedGradients(x, replacing: &dy, scale: scale, shift: shift, statistics: statistics)
      : plainGradients(x, replacing: &dy, scale: scale, shift: shift, statistics: statistics, workspace: workspace)
  }
}

// Blocks: passes of our own.
extension BatchNormalization {
  private func kernel(_ precision: Precision) -> tessera_block_normalization {
    tessera_block_normalization(
      images: shape[0], channels: shape[1], pixels: shape[2] * shape[3], epsilon: epsilon, precision: precision.code,
      activation: activation?.code ?? Int32(TESSERA_NO_ACTIVATION.rawValue), training: usesBatchStatistics ? 1 : 0)
  }

  private func blockedForward(
    _ x: Tensor, scale: Tensor, shift: Tensor, statistics: inout Statistics
  ) -> Tensor {
    var kernel = kernel(x.precision)
    let x = x.converted(to: layout)
    var y = Tensor(uninitialized: shape, layout: layout, precision: x.precision)
    let scratch = Scratch(numbers: tessera_block_normalization_scratch(&kernel))
    tessera_block_normalize(
      &kernel, x.address, scale.pointer, shift.pointer, statistics.mean.mutablePointer,
      statistics.variance.mutablePointer, y.mutableAddress, scratch.pointer)
    return y
  }

  private func blockedGradients(
    _ x: Tensor, replacing dy: inout Tensor, scale: Tensor, shift: Tensor, statistics: Statistics
  ) -> (scale: Tensor, shift: Tensor) {
    var kernel = kernel(x.precision)
    let x = x.converted(to: layout)
    dy = dy.converted(to: layout, x.precision)
    var dx = dy.isShared ? Tensor(uninitialized: shape, layout: layout, precision: x.precision) : nil
    var dscale = Tensor(uninitialized: [shape[1]])
    var dshift = Tensor(uninitialized: [shape[1]])
    let scratch = Scratch(numbers: tessera_block_normalization_scratch(&kernel))
    // Each number of dx follows from one of dy, in whose place it may be written.
    let result = dx?.mutableAddress ?? dy.mutableAddress
    tessera_block_normalize_backward(
      &kernel, x.address, dy.address, scale.pointer, shift.pointer, statistics.mean.pointer,
      statistics.variance.pointer, result, dscale.mutablePointer, dshift.mutablePointer, scratch.pointer)
    if let dx { dy = dx }
    return (dscale, dshift)
  }
}

// Other layouts: oneDNN's, in f32.
extension BatchNormalization {
  private var description: tessera_normalization {
    tessera_normalization(
      map: tessera_map(shape, layout), epsilon: epsilon, relu: activation == .relu ? 1 : 0,
      training: usesBatchStatistics ? 1 : 0)
  }

  private func plainForward(
    _ x: Tensor, scale: Tensor, shift: Tensor, statistics: inout Statistics
  ) -> (output: Tensor, workspace: Workspace) {
    var description = description
    var bytes = 0
    check(tessera_normalization_workspace_bytes(&description, &bytes), "normalisation", shape)
    let workspace = Workspace(bytes: bytes)
    let input = x.converted(to: layout, .f32)
    var y = Tensor(uninitialized: shape, layout: layout)
    check(
      tessera_normalization_forward(
        &description, input.pointer, scale.pointer, shift.pointer, statistics.mean.mutablePointer,
        statistics.variance.mutablePointer, y.mutablePointer, workspace.pointer), "normalisation", shape)
    return (y.converted(to: x.precision), workspace)
  }

  private func plainGradients(
    _ x: Tensor, replacing dy: inout Tensor, scale: Tensor, shift: Tensor, statistics: Statistics,
    workspace: Workspace
  ) -> (scale: Tensor, shift: Tensor) {
    var description = description
    let input = x.converted(to: layout, .f32)
    let gradient = dy.converted(to: layout, .f32)
    var dx = Tensor(uninitialized: shape, layout: layout)
    var dscale = Tensor(uninitialized: [shape[1]])
    var dshift = Tensor(uninitialized: [shape[1]])
    check(
      tessera_normalization_backward(
        &description, input.pointer, gradient.pointer, scale.pointer, shift.pointer, statistics.mean.pointer,
        statistics.variance.pointer, workspace.pointer, dx.mutablePointer, dscale.mutablePointer,
        dshift.mutablePointer),
      "gradients of normalisation", shape)
    dy = dx.converted(to: x.precision)
    return (dscale, dshift)
  }
}
