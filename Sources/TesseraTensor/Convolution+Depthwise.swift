import CTesseraKernels

/// The passes of a convolution of each channel alone; maps lie in blocks of channels.
extension Convolution {
  func depthwiseForward(_ x: Tensor, weights: Tensor, bias: Tensor?, activation: Activation?) -> Tensor {
    var y = Tensor(uninitialized: destination, layout: .blocked, precision: shape.precision)
    var description = depthwiseDescription
    let scratch = Scratch(bytes: tessera_depthwise_scratch_bytes(&description))
    tessera_depthwise_forward(
      &description, x.address, weights.pointer, bias?.pointer, Activation.fusedCode(activation), y.mutableAddress,
      scratch.address)
    return y
  }

  func depthwiseInputGradient(_ dy: Tensor, weights: Tensor) -> Tensor {
    var dx = Tensor(uninitialized: source, layout: .blocked, precision: shape.precision)
    var description = depthwiseDescription
    let scratch = Scratch(bytes: tessera_depthwise_scratch_bytes(&description))
    tessera_depthwise_backward_data(
      &description, dy.address, weights.pointer, dx.mutableAddress, scratch.address)
    return dx
  }

  func depthwiseWeightGradient(_ x: Tensor, _ dy: Tensor, weights: Shape) -> Tensor {
    var dw = Tensor(uninitialized: weights)
    var description = depthwiseDescription
    let scratch = Scratch(bytes: tessera_depthwise_scratch_bytes(&description))
    tessera_depthwise_backward_weights(
      &description, x.address, dy.address, dw.mutablePointer, scratch.address)
    return dw
  }

  private var depthwiseDescription: tessera_depthwise {
    tessera_depthwise(
      n: Int32(source[0]), channels: Int32(source[1]), source_h: Int32(source[2]), source_w: Int32(source[3]),
      destination_h: Int32(destination[2]), destination_w: Int32(destination[3]),
      kernel_h: Int32(geometry.kernel.height), kernel_w: Int32(geometry.kernel.width),
      stride_h: Int32(geometry.stride.height), stride_w: Int32(geometry.stride.width),
      pad_h: Int32(geometry.padding.height), pad_w: Int32(geometry.padding.width),
      dilation_h: Int32(geometry.dilation.height), dilation_w: Int32(geometry.dilation.width),
      precision: shape.precision.code)
  }
}
