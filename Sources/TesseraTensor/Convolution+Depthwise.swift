import CTesseraKernels

extension Convolution {
  /// f(w ∗ x + b) in one pass over the maps, where ``plan`` is depthwise.
  ///
  /// - Parameter activation: f: nil, a rectifier or the hard swish.
  package func depthwise(_ x: Tensor, weights: Tensor, bias: Tensor?, activation: Activation?) -> Tensor {
    let x = x.converted(to: .blocked)
    let weights = weights.converted(to: .rows)
    var y = Tensor(uninitialized: destination, layout: .blocked, precision: x.precision)
    var description = depthwiseDescription(x.precision)
    let workspace = Self.workspace(&description)
    tessera_depthwise_forward(
      &description, x.address, weights.pointer, bias?.pointer, Self.code(activation), y.mutableAddress,
      workspace.pointer)
    return y
  }

  /// ∂/∂x, in the precision of `dy`.
  func depthwiseInputGradient(_ dy: Tensor, weights: Tensor) -> Tensor {
    let dy = dy.converted(to: .blocked)
    let weights = weights.converted(to: .rows)
    var dx = Tensor(uninitialized: source, layout: .blocked, precision: dy.precision)
    var description = depthwiseDescription(dy.precision)
    let workspace = Self.workspace(&description)
    tessera_depthwise_backward_data(
      &description, dy.address, weights.pointer, dx.mutableAddress, workspace.pointer)
    return dx
  }

  /// ∂/∂w, in f32.
  func depthwiseWeightGradient(_ x: Tensor, _ dy: Tensor, weights: Shape) -> Tensor {
    let x = x.converted(to: .blocked)
    let dy = dy.converted(to: .blocked, x.precision)
    var dw = Tensor(uninitialized: weights)
    var description = depthwiseDescription(x.precision)
    let workspace = Self.workspace(&description)
    tessera_depthwise_backward_weights(
      &description, x.address, dy.address, dw.mutablePointer, workspace.pointer)
    return dw
  }

  private func depthwiseDescription(_ precision: Precision) -> tessera_depthwise {
    tessera_depthwise(
      n: Int32(source[0]), channels: Int32(source[1]), source_h: Int32(source[2]), source_w: Int32(source[3]),
      destination_h: Int32(destination[2]), destination_w: Int32(destination[3]),
      kernel_h: Int32(geometry.kernel.height), kernel_w: Int32(geometry.kernel.width),
      stride_h: Int32(geometry.stride.height), stride_w: Int32(geometry.stride.width),
      pad_h: Int32(geometry.padding.height), pad_w: Int32(geometry.padding.width),
      dilation_h: Int32(geometry.dilation.height), dilation_w: Int32(geometry.dilation.width),
      precision: precision.code)
  }

  private static func workspace(_ description: inout tessera_depthwise) -> Workspace {
    Workspace(bytes: tessera_depthwise_scratch_bytes(&description))
  }

  private static func code(_ activation: Activation?) -> Int32 {
    switch activation {
    case nil: Int32(TESSERA_DEPTHWISE_PLAIN.rawValue)
    case .relu: Int32(TESSERA_DEPTHWISE_RELU.rawValue)
    case .hardSwish: Int32(TESSERA_DEPTHWISE_HARD_SWISH.rawValue)
    case .some(let other): preconditionFailure("Convolution.depthwise: \(other) is not fused")
    }
  }
}
