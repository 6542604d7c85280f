import CTesseraDNN

/// A convolution of maps of one shape, prepared: its plan and its three passes.
package struct Convolution: Sendable {
  package let geometry: ConvolutionGeometry
  package let source: Shape
  package let destination: Shape
  package let plan: ConvolutionPlan
  private let hasBias: Bool

  /// Prepares for maps and weights of these shapes.
  ///
  /// Maps are `[batch, channels, height, width]`, weights `[out, channels / groups, kernel height, kernel width]`.
  ///
  /// - Precondition: the shapes fit each other and the window fits the padded map.
  package init(
    source: Shape, weights: Shape, hasBias: Bool, geometry: ConvolutionGeometry, plan: ConvolutionPlan? = nil
  ) {
    precondition(
      source.rank == 4 && weights.rank == 4 && weights[1] * geometry.groups == source[1]
        && weights[0] % geometry.groups == 0 && weights[2] == geometry.kernel.height
        && weights[3] == geometry.kernel.width,
      "Convolution: weights \(weights) do not fit map \(source) with \(geometry)")
    let size = geometry.outputSize(height: source[2], width: source[3])
    precondition(
      size.height > 0 && size.width > 0, "Convolution: the window of \(geometry) is larger than map \(source)")
    self.geometry = geometry
    self.source = source
    self.hasBias = hasBias
    destination = [source[0], weights[0], size.height, size.width]
    self.plan =
      plan ?? .choose(source: source, outputChannels: weights[0], geometry: geometry, hasBias: hasBias)
  }

  private var description: tessera_convolution {
    plan.description(source: source, outputChannels: destination[1], geometry: geometry, hasBias: hasBias)
  }

  /// y = w ∗ x + b, `destination`.
  package func forward(_ x: Tensor, weights: Tensor, bias: Tensor?) -> Tensor {
    if plan.algorithm == .depthwise { return depthwise(x, weights: weights, bias: bias, activation: nil) }
    var description = description
    let x = x.converted(to: plan.source)
    let weights = weights.converted(to: .rows)
    var y = Tensor(uninitialized: destination, layout: plan.destination)
    check(
      tessera_convolution_forward(&description, x.pointer, weights.pointer, bias?.pointer, y.mutablePointer),
      "convolution", source, weights.shape)
    return y
  }

  /// ∂/∂x, `source`.
  package func inputGradient(_ dy: Tensor, weights: Tensor) -> Tensor {
    if plan.algorithm == .depthwise { return depthwiseInputGradient(dy, weights: weights) }
    var description = description
    let dy = dy.converted(to: plan.destination)
    let weights = weights.converted(to: .rows)
    var dx = Tensor(uninitialized: source, layout: plan.source)
    check(
      tessera_convolution_backward_data(&description, dy.pointer, weights.pointer, dx.mutablePointer),
      "input gradient of convolution", source, weights.shape)
    return dx
  }

  /// ∂/∂w and ∂/∂b.
  package func weightGradients(_ x: Tensor, _ dy: Tensor, weights: Shape) -> (weights: Tensor, bias: Tensor?) {
    if plan.algorithm == .depthwise {
      let db = hasBias ? dy.summedOverPixels().summedOverBatch() : nil
      return (depthwiseWeightGradient(x, dy, weights: weights), db)
    }
    var description = description
    let x = x.converted(to: plan.source)
    let dy = dy.converted(to: plan.destination)
    var dw = Tensor(uninitialized: weights)
    var db = hasBias ? Tensor(uninitialized: [destination[1]]) : nil
    check(
      tessera_convolution_backward_weights(
        &description, x.pointer, dy.pointer, dw.mutablePointer, db?.mutablePointer),
      "weight gradients of convolution", source, weights)
    return (dw, db)
  }
}
