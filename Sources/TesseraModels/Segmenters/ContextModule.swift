import TesseraNN
import TesseraTensor

/// Eight convolutions on class scores that see ever further without losing size: the basic context module.
///
/// Seven are 3×3 with dilation 1, 1, 2, 4, 8, 16 and 1, each followed by a rectifier; the last is 1×1 without one. All
/// have as many channels as there are classes. Their fields are 3, 5, 9, 17, 33, 65, 67 and 67 scores.
///
/// Source: Yu and Koltun 2016 (arXiv:1511.07122), table 1, "basic".
struct ContextModule: Sendable {
  private let layers: [Conv2D]
  private let last: Conv2D

  /// Claims `ctx_conv1_1`, `ctx_conv1_2`, `ctx_conv2_1` to `ctx_conv5_1`, `ctx_fc1` and `ctx_final`.
  ///
  /// All start by the identity: positive scores go through as they are.
  init(_ scope: ParameterScope, classCount: Int) {
    let places = [
      ("ctx_conv1_1", 1), ("ctx_conv1_2", 1), ("ctx_conv2_1", 2), ("ctx_conv3_1", 4), ("ctx_conv4_1", 8),
      ("ctx_conv5_1", 16), ("ctx_fc1", 1),
    ]
    layers = places.map { name, dilation in
      Conv2D(
        scope[name], from: classCount, to: classCount, .same(kernel: 3, dilation: dilation), bias: true,
        start: .identity)
    }
    last = Conv2D(
      scope["ctx_final"], from: classCount, to: classCount, .same(kernel: 1), bias: true, start: .identity)
  }

  /// `[batch, classes, height, width]` to the same shape.
  func callAsFunction(_ scores: Variable, in pass: ForwardPass) -> Variable {
    last(layers.reduce(scores) { x, layer in relu(layer(x, in: pass)) }, in: pass)
  }
}
