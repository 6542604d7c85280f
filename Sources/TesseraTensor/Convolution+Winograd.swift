import CTesseraKernels

/// The passes on transformed tiles; maps lie in blocks of channels.
extension Convolution {
  /// From `inputs` channels to `outputs`: the gradient of the input is the convolution the other way round.
  private func description(inputs: Int, outputs: Int) -> tessera_winograd {
    tessera_winograd(
      n: source[0], c: inputs, k: outputs, h: source[2], w: source[3], precision: shape.precision.code)
  }

  func transformed(_ weights: Tensor, transposes: Bool) -> Tensor {
    let (outputs, inputs) = (weights.shape[0], weights.shape[1])
    var result = Tensor(uninitialized: [tessera_winograd_weight_count(inputs, outputs)])
    tessera_winograd_weights(inputs, outputs, weights.pointer, transposes ? 1 : 0, result.mutablePointer)
    return result
  }

  func winogradForward(
    _ x: [Tensor], transformed kernels: Tensor, bias: Tensor?, activation: Activation?
  ) -> Tensor {
    var description = description(inputs: source[1], outputs: destination[1])
    var y = Tensor(uninitialized: destination, layout: .blocked, precision: shape.precision)
    let scratch = Scratch(numbers: tessera_winograd_scratch_count(&description))
    tessera_winograd_convolve(
      &description, tessera_channel_parts(x), kernels.pointer, bias?.pointer, Activation.fusedCode(activation),
      tessera_channel_parts(&y), scratch.pointer)
    return y
  }

  func winogradInputGradients(_ dy: Tensor, weights: Tensor, channels: [Int]) -> [Tensor] {
    var description = description(inputs: destination[1], outputs: source[1])
    var dx = channels.map {
      Tensor(
        uninitialized: [source[0], $0, source[2], source[3]], layout: .blocked, precision: shape.precision)
    }
    let kernels = transformed(weights, transposes: true)
    let scratch = Scratch(numbers: tessera_winograd_scratch_count(&description))
    let parts = dx.indices.map { dx[$0].mutableAddress }
    tessera_winograd_convolve(
      &description, tessera_channel_parts([dy]), kernels.pointer, nil, Activation.fusedCode(nil),
      tessera_channel_parts(
        first: parts[0], second: parts.count > 1 ? parts[1] : nil,
        first_blocks: parts.count > 1 ? channels[0] / Layout.block : .max),
      scratch.pointer)
    return dx
  }

  func winogradWeightGradient(_ x: [Tensor], _ dy: Tensor, weights: Shape) -> Tensor {
    var description = description(inputs: source[1], outputs: destination[1])
    var dw = Tensor(uninitialized: weights)
    let scratch = Scratch(numbers: tessera_winograd_gradient_scratch_count(&description))
    tessera_winograd_gradient(
      &description, tessera_channel_parts(x), dy.address, dw.mutablePointer, scratch.pointer)
    return dw
  }
}

extension tessera_channel_parts {
  /// Maps to be read.
  fileprivate init(_ x: [Tensor]) {
    self.init(
      first: UnsafeMutableRawPointer(mutating: x[0].address),
      second: x.count > 1 ? UnsafeMutableRawPointer(mutating: x[1].address) : nil,
      first_blocks: x.count > 1 ? x[0].shape[1] / Layout.block : .max)
  }

  /// A map to be written.
  fileprivate init(_ y: inout Tensor) {
    self.init(first: y.mutableAddress, second: nil, first_blocks: .max)
  }
}
