import TesseraNN
import TesseraTensor

/// The large MobileNetV3 as a backbone: the last stage is dilated instead of halved, and no classifier follows.
///
/// Source: Howard et al. 2019 (arXiv:1905.02244), Table 1 and section 6.3.2.
struct MobileNetV3Large: Sendable {
  /// What the backbone sees in images: `low` still tells edges, `high` tells things.
  struct Features {
    /// `[batch, 40, ⌈height / 8⌉, ⌈width / 8⌉]`.
    let low: Variable
    /// `[batch, 960, ⌈height / 16⌉, ⌈width / 16⌉]`.
    let high: Variable
  }

  /// Channels of the low features.
  static let lowChannels = 40
  /// Channels of the high features.
  static let highChannels = 960
  /// Pixels along each side that become one of the high features.
  static let reduction = 16

  private let first: NormalizedConv2D
  private let blocks: [InvertedResidual]
  private let last: NormalizedConv2D

  /// Claims `0`, the first convolution, `1…15`, the blocks, and `16`, the last convolution.
  init(_ scope: ParameterScope) {
    let inputs = [16] + Self.forms.map(\.out)
    first = normalizedConvolution(scope[0], from: 3, to: inputs[0], .same(kernel: 3, stride: 2), .hardSwish)
    blocks = Self.forms.enumerated().map { index, form in
      InvertedResidual(scope[index + 1], from: inputs[index], form)
    }
    last = normalizedConvolution(
      scope[Self.forms.count + 1], from: inputs[Self.forms.count], to: Self.highChannels, .same(kernel: 1), .hardSwish)
  }

  func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Features {
    var x = first(images, in: pass)
    for block in blocks[..<Self.lowBlocks] { x = block(x, in: pass) }
    let low = x
    for block in blocks[Self.lowBlocks...] { x = block(x, in: pass) }
    return Features(low: low, high: last(x, in: pass))
  }

  /// Blocks whose last gives the low features.
  private static let lowBlocks = 4

  private static let forms: [InvertedResidual.Form] = [
    form(3, 16, 16, false, .relu),
    form(3, 64, 24, false, .relu, stride: 2),
    form(3, 72, 24, false, .relu),
    form(5, 72, 40, true, .relu, stride: 2),
    form(5, 120, 40, true, .relu),
    form(5, 120, 40, true, .relu),
    form(3, 240, 80, false, .hardSwish, stride: 2),
    form(3, 200, 80, false, .hardSwish),
    form(3, 184, 80, false, .hardSwish),
    form(3, 184, 80, false, .hardSwish),
    form(3, 480, 112, true, .hardSwish),
    form(3, 672, 112, true, .hardSwish),
    form(5, 672, 160, true, .hardSwish, dilation: 2),
    form(5, 960, 160, true, .hardSwish, dilation: 2),
    form(5, 960, 160, true, .hardSwish, dilation: 2),
  ]

  private static func form(
    _ kernel: Int, _ expanded: Int, _ out: Int, _ squeezes: Bool, _ activation: Activation, stride: Int = 1,
    dilation: Int = 1
  ) -> InvertedResidual.Form {
    InvertedResidual.Form(
      kernel: kernel, expanded: expanded, out: out, squeezes: squeezes, activation: activation, stride: stride,
      dilation: dilation)
  }
}
