public import TesseraNN
import TesseraTensor

/// The adversary that sees the image beside its label map, each through a branch of its own.
///
/// A 5×5 convolution of the label map to 64 channels; two of the image, to 16 and 64; of both together 3×3 convolutions
/// to 128, half, 256, half, 512 and 2 channels. A rectifier follows each but the last; the mean over the map gives two
/// scores, prediction and ground truth, whose difference is the verdict. A place depends on 30×30 pixels of the label
/// map and 34×34 of the image.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), Figure 1, the adversary for Stanford Background.
public struct TwoBranchNet: Discriminator {
  private let mapBranch: RectifiedConvolutions
  private let imageBranch: RectifiedConvolutions
  private let trunk: RectifiedConvolutions
  private let last: Conv2D

  /// Claims `maps.N`, `images.N` and `features.N` for N the place in each sequence of convolutions and halvings.
  ///
  /// - Parameter channels: of the encoded label maps, at least 1.
  public init(_ scope: ParameterScope, channels: Int) {
    precondition(channels >= 1, "TwoBranchNet: \(channels) channels")
    mapBranch = RectifiedConvolutions(scope["maps"], from: channels, [.convolution(kernel: 5, channels: 64)])
    imageBranch = RectifiedConvolutions(
      scope["images"], from: 3, [.convolution(kernel: 5, channels: 16), .convolution(kernel: 5, channels: 64)])
    let elements: [RectifiedConvolutions.Element] = [
      .convolution(kernel: 3, channels: 128), .halving,
      .convolution(kernel: 3, channels: 256), .halving,
      .convolution(kernel: 3, channels: 512),
    ]
    let scope = scope["features"]
    trunk = RectifiedConvolutions(scope, from: mapBranch.channels + imageBranch.channels, elements)
    last = Conv2D(scope[elements.count], from: trunk.channels, to: 2, .same(kernel: 3), bias: true)
  }

  /// Two halvings leave one pixel of four.
  public var minimumSide: Int { 4 }

  /// 512.
  public var featureCount: Int { trunk.channels }

  /// Judges each map beside its image: `[batch, channels, height, width]` to `[batch, 1, 1, 1]`.
  public func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict {
    let both = concatenateChannels([mapBranch(maps.variable, in: pass), imageBranch(maps.images, in: pass)])
    let features = trunk(both, in: pass)
    return Verdict(scores: last(features, in: pass), features: features)
  }
}
