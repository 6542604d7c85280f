import CTesseraDNN
import CTesseraKernels

/// Weights of a convolution as its forward pass takes them, so that nothing is rearranged for each map.
package struct ArrangedWeights: Sendable {
  /// Convolutions whose forms are equal take the same arranged weights.
  package enum Form: Hashable, Sendable {
    case rows
    case tiles
    /// As oneDNN wants them: their layout's number.
    case library(UInt64)
  }

  package let form: Form
  let storage: Tensor
}

extension Convolution {
  /// How the forward pass takes its weights.
  package var weightsForm: ArrangedWeights.Form {
    switch plan.forward {
    case .depthwise: .rows
    case .winograd: .tiles
    case .direct: .library(libraryArrangement.identity)
    }
  }

  /// Arranges weights, `[out, channels / groups, kernel height, kernel width]`, for the forward pass.
  package func arranged(weights: Tensor) -> ArrangedWeights {
    let weights = weights.converted(to: .rows)
    switch plan.forward {
    case .depthwise: return ArrangedWeights(form: .rows, storage: weights)
    case .winograd: return ArrangedWeights(form: .tiles, storage: transformed(weights, transposes: false))
    case .direct:
      let (bytes, identity) = libraryArrangement
      var description = arrangedDescription
      var storage = Tensor(uninitialized: [(bytes + 3) / 4])
      check(
        tessera_convolution_arrange(&description, told(weights, plan).pointer, storage.mutableAddress),
        "weights of convolution", weights.shape)
      return ArrangedWeights(form: .library(identity), storage: storage)
    }
  }

  /// y = f(w ∗ x + b), `destination`, of weights arranged for a convolution of the same form.
  ///
  /// - Parameter activation: f: nil, a rectifier or the hard swish.
  package func forward(
    _ x: [Tensor], arranged weights: ArrangedWeights, bias: Tensor?, activation: Activation?
  ) -> Tensor {
    precondition(weights.form == weightsForm, "Convolution: weights arranged as \(weights.form) for \(weightsForm)")
    let y =
      switch plan.forward {
      case .depthwise: depthwiseForward(whole(x), weights: weights.storage, bias: bias, activation: activation)
      case .winograd:
        winogradForward(transformable(x), transformed: weights.storage, bias: bias, activation: activation)
      case .direct:
        directForward(
          whole(x), weights: weights.storage, description: arrangedDescription, bias: bias, activation: activation)
      }
    return rested(y)
  }

  private var arrangedDescription: tessera_convolution {
    var description = shape.description(plan)
    description.is_arranged = 1
    return description
  }

  private var libraryArrangement: (bytes: Int, identity: UInt64) {
    var description = arrangedDescription
    var bytes = 0
    var identity: UInt64 = 0
    check(tessera_convolution_arrangement(&description, &bytes, &identity), "weights of convolution", source)
    return (bytes, identity)
  }
}
