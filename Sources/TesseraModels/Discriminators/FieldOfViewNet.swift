public import TesseraNN
import TesseraTensor

/// An adversary that judges the label map alone, by what it sees within a field of view: large or small, full or light.
///
/// Convolutions, a rectifier after each but the last, and two halvings; the mean over the map gives two scores,
/// prediction and ground truth, whose difference is the verdict.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), the adversaries for PASCAL VOC.
public struct FieldOfViewNet: Discriminator {
  /// The kernels and widths of one published adversary.
  public struct Design: Hashable, Sendable {
    let hidden: [RectifiedConvolutions.Element]
    let lastKernel: Int

    /// LargeFOV: a field of view of 34×34 pixels of the map.
    public static let large = Design(
      hidden: [
        .convolution(kernel: 3, channels: 96), .convolution(kernel: 3, channels: 128),
        .convolution(kernel: 3, channels: 128), .halving,
        .convolution(kernel: 3, channels: 256), .convolution(kernel: 3, channels: 256), .halving,
        .convolution(kernel: 3, channels: 512),
      ], lastKernel: 3)

    /// LargeFOV-light: the same field of view with about a third of the parameters.
    public static let largeLight = Design(
      hidden: [
        .convolution(kernel: 3, channels: 96), .convolution(kernel: 3, channels: 128),
        .convolution(kernel: 3, channels: 128), .halving,
        .convolution(kernel: 3, channels: 128), .convolution(kernel: 3, channels: 128), .halving,
        .convolution(kernel: 3, channels: 256),
      ], lastKernel: 3)

    /// SmallFOV: a field of view of 18×18 pixels of the map.
    public static let small = Design(
      hidden: [
        .convolution(kernel: 3, channels: 96), .convolution(kernel: 1, channels: 128), .halving,
        .convolution(kernel: 3, channels: 256), .convolution(kernel: 1, channels: 256), .halving,
        .convolution(kernel: 3, channels: 512),
      ], lastKernel: 1)

    /// SmallFOV-light: the same field of view with about a third of the parameters.
    public static let smallLight = Design(
      hidden: [
        .convolution(kernel: 3, channels: 96), .convolution(kernel: 1, channels: 128), .halving,
        .convolution(kernel: 3, channels: 128), .convolution(kernel: 1, channels: 128), .halving,
        .convolution(kernel: 3, channels: 256),
      ], lastKernel: 1)
  }

  private let hidden: RectifiedConvolutions
  private let last: Conv2D

  /// Claims `features.N` for N the place in the published sequence of convolutions and halvings.
  ///
  /// - Parameter channels: of the encoded label maps, at least 1.
  public init(_ scope: ParameterScope, _ design: Design, channels: Int) {
    precondition(channels >= 1, "FieldOfViewNet: \(channels) channels")
    let scope = scope["features"]
    hidden = RectifiedConvolutions(scope, from: channels, design.hidden)
    last = Conv2D(
      scope[design.hidden.count], from: hidden.channels, to: 2, .same(kernel: design.lastKernel), bias: true)
  }

  /// Two halvings leave one pixel of four.
  public var minimumSide: Int { 4 }

  /// 512, of the light ones 256.
  public var featureCount: Int { hidden.channels }

  /// Judges each map: `[batch, channels, height, width]` to `[batch, 1, 1, 1]`.
  public func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict {
    let features = hidden(maps.variable, in: pass)
    return Verdict(scores: last(features, in: pass), features: features)
  }
}
