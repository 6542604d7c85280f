import CTesseraDNN

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
  package let layout: Layout
  package let epsilon: Float
  /// Whether a rectifier follows in the same pass over memory.
  package let rectifies: Bool
  /// Whether the statistics are the batch's own; otherwise they are given, and constants of the pullback.
  package let usesBatchStatistics: Bool

  package init(shape: Shape, layout: Layout, epsilon: Float, rectifies: Bool, usesBatchStatistics: Bool) {
    precondition(shape.rank == 4, "BatchNormalization: a map has four axes, not \(shape)")
    self.shape = shape
    self.layout = layout
    self.epsilon = epsilon
    self.rectifies = rectifies
    self.usesBatchStatistics = usesBatchStatistics
  }

  private var description: tessera_normalization {
    tessera_normalization(
      map: tessera_map(shape, layout), epsilon: epsilon, relu: rectifies ? 1 : 0, training: usesBatchStatistics ? 1 : 0)
  }

  /// The normalised map; `statistics` are written where they are the batch's own, else read.
  package func forward(
    _ x: Tensor, scale: Tensor, shift: Tensor, statistics: inout Statistics
  ) -> (output: Tensor, workspace: Workspace) {
    var description = description
    var bytes = 0
    check(tessera_normalization_workspace_bytes(&description, &bytes), "normalisation", shape)
    let workspace = Workspace(bytes: bytes)
    let x = x.converted(to: layout)
    var y = Tensor(uninitialized: shape, layout: layout)
    check(
      tessera_normalization_forward(
        &description, x.pointer, scale.pointer, shift.pointer, statistics.mean.mutablePointer,
        statistics.variance.mutablePointer, y.mutablePointer, workspace.pointer), "normalisation", shape)
    return (y, workspace)
  }

  /// ∂/∂x, ∂/∂scale and ∂/∂shift.
  package func gradients(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, statistics: Statistics, workspace: Workspace
  ) -> (input: Tensor, scale: Tensor, shift: Tensor) {
    var description = description
    let x = x.converted(to: layout)
    let dy = dy.converted(to: layout)
    var dx = Tensor(uninitialized: shape, layout: layout)
    var dscale = Tensor(uninitialized: [shape[1]])
    var dshift = Tensor(uninitialized: [shape[1]])
    check(
      tessera_normalization_backward(
        &description, x.pointer, dy.pointer, scale.pointer, shift.pointer, statistics.mean.pointer,
        statistics.variance.pointer, workspace.pointer, dx.mutablePointer, dscale.mutablePointer,
        dshift.mutablePointer),
      "gradients of normalisation", shape)
    return (dx, dscale, dshift)
  }
}
