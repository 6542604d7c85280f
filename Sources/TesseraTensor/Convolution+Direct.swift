import CTesseraDNN

/// The passes as oneDNN computes them.
extension Convolution {
  func directForward(
    _ x: Tensor, weights: Tensor, description: tessera_convolution, bias: Tensor?, activation: Activation?
  ) -> Tensor {
    var description = description
    description.activation = Int32(Self.code(activation).rawValue)
    var y = Tensor(uninitialized: destination, layout: plan.destination, precision: shape.precision)
    check(
      tessera_convolution_forward(&description, x.address, weights.address, bias?.pointer, y.mutableAddress),
      "convolution", source, weights.shape)
    return y
  }

  func directInputGradient(_ dy: Tensor, weights: Tensor) -> Tensor {
    let plan = shape.inputGradientPlan(plan)
    var description = shape.description(plan)
    let weights = told(weights, plan)
    var dx = Tensor(uninitialized: source, layout: plan.source, precision: shape.precision)
    check(
      tessera_convolution_backward_data(&description, dy.address, weights.pointer, dx.mutableAddress),
      "input gradient of convolution", source, weights.shape)
    return dx
  }

  func directWeightGradients(_ x: Tensor, _ dy: Tensor, weights: Shape) -> (weights: Tensor, bias: Tensor?) {
    var description = shape.description(plan)
    var dw = Tensor(uninitialized: [weights[0], shape.toldChannels(plan) / geometry.groups, weights[2], weights[3]])
    var db = shape.hasBias ? Tensor(uninitialized: [destination[1]]) : nil
    check(
      tessera_convolution_backward_weights(
        &description, x.address, dy.address, dw.mutablePointer, db?.mutablePointer),
      "weight gradients of convolution", source, weights)
    return (dw.shape == weights ? dw : dw.channels(0..<weights[1]), db)
  }

  /// The weights of all channels that oneDNN is told of.
  func told(_ weights: Tensor, _ plan: ConvolutionPlan) -> Tensor {
    let missing = shape.toldChannels(plan) - source[1]
    guard missing > 0 else { return weights }
    let sizes = weights.shape
    return .concatenatingChannels([weights, .zeros([sizes[0], missing, sizes[2], sizes[3]])])
  }

  private static func code(_ activation: Activation?) -> tessera_dnn_activation {
    switch activation {
    case nil: TESSERA_DNN_IDENTITY
    case .relu: TESSERA_DNN_RELU
    case .hardSwish: TESSERA_DNN_HARD_SWISH
    case .some(let other): preconditionFailure("Convolution: \(other) is not applied in the same pass")
    }
  }
}
