import TesseraNN
import TesseraTensor

/// A block of MobileNetV3: a 1×1 convolution to more channels, one of each channel alone, and a 1×1 one back to few.
///
/// The input is added where the block keeps its size and channels.
///
/// Source: Howard et al. 2019 (arXiv:1905.02244), Figure 4.
struct InvertedResidual: Sendable {
  /// What tells one block from another: a row of the paper's table.
  struct Form: Sendable {
    /// Side of the depthwise kernel.
    let kernel: Int
    /// Channels between the 1×1 convolutions; as many as the input's where there is no first one.
    let expanded: Int
    /// Channels of the output.
    let out: Int
    /// Whether the channels in between are weighed by ``SqueezeExcitation``.
    let squeezes: Bool
    /// What follows the first two convolutions.
    let activation: Activation
    /// Step of the depthwise window.
    let stride: Int
    /// Distance between the depthwise kernel's elements.
    let dilation: Int
  }

  private let expand: NormalizedConv2D?
  private let filter: NormalizedConv2D
  private let squeeze: SqueezeExcitation?
  private let project: NormalizedConv2D
  private let addsInput: Bool

  /// Claims `block.0…3`, without gaps where a layer is left out.
  init(_ scope: ParameterScope, from: Int, _ form: Form) {
    let block = scope["block"]
    let expanded = form.expanded
    var place = 0
    func next() -> ParameterScope {
      defer { place += 1 }
      return block[place]
    }
    expand =
      expanded == from
      ? nil : normalizedConvolution(next(), from: from, to: expanded, .same(kernel: 1), form.activation)
    let window = ConvolutionGeometry.same(
      kernel: form.kernel, stride: form.stride, dilation: form.dilation, groups: expanded)
    filter = normalizedConvolution(next(), from: expanded, to: expanded, window, form.activation)
    squeeze =
      form.squeezes
      ? SqueezeExcitation(next(), channels: expanded, squeezed: Self.wholeEights(expanded / 4)) : nil
    project = normalizedConvolution(next(), from: expanded, to: form.out, .same(kernel: 1), nil)
    addsInput = form.stride == 1 && from == form.out
  }

  func callAsFunction(_ x: Variable, in pass: ForwardPass) -> Variable {
    var y = filter(expand.map { $0(x, in: pass) } ?? x, in: pass)
    if let squeeze { y = squeeze(y, in: pass) }
    y = project(y, in: pass)
    return addsInput ? y + x : y
  }

  /// The multiple of 8 nearest to a number of channels, but none that takes more than a tenth of them away.
  private static func wholeEights(_ channels: Int) -> Int {
    let nearest = max(8, (channels + 4) / 8 * 8)
    return 10 * nearest < 9 * channels ? nearest + 8 : nearest
  }
}
