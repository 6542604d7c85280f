import TesseraNN
import TesseraTensor

/// Convolutions that keep the size, a rectifier after each, and halvings between them.
struct RectifiedConvolutions: Sendable {
  /// One place in the sequence.
  enum Element: Hashable, Sendable {
    /// A square kernel to so many channels, and a rectifier.
    case convolution(kernel: Int, channels: Int)
    /// The largest of 2×2 pixels.
    case halving
  }

  /// One each place; nil for a halving.
  private let convolutions: [Conv2D?]
  /// Channels after the last.
  let channels: Int

  /// Claims `N.0` for each convolution, N its place among convolutions and halvings.
  init(_ scope: ParameterScope, from source: Int, _ elements: [Element]) {
    var width = source
    convolutions = elements.enumerated().map { index, element in
      guard case .convolution(let kernel, let channels) = element else { return nil }
      defer { width = channels }
      return Conv2D(scope[index][0], from: width, to: channels, .same(kernel: kernel), bias: true)
    }
    channels = width
  }

  /// `[batch, channels, height, width]` to as many channels as the last convolution has, halved as often as told.
  func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    convolutions.reduce(x) { x, convolution in
      convolution.map { relu($0(x, in: pass)) }
        ?? maxPool(x, ConvolutionGeometry(kernel: .init(2), stride: .init(2)))
    }
  }
}
