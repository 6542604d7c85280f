public import TesseraNN
import TesseraTensor

/// A discriminator that judges every place of a label map for itself.
///
/// Five 4×4 convolutions of stride 2 and padding 1, to 64, 128, 256, 512 and 1 channels, a leaky rectifier after each
/// but the last and no normalisation, which batches of few images would make unstable. The logits, a 32nd of the map's
/// size, are enlarged to it. A place that is void counts for nothing, one that is partly so for its labelled part.
///
/// Layers and names are those of the authors' `FCDiscriminator`.
///
/// Source: Hung et al. 2018 (arXiv:1802.07934), section 3.2.
public struct FullyConvolutionalNet: Discriminator {
  private let hidden: [Conv2D]
  private let classifier: Conv2D
  private static let widths = [64, 128, 256, 512]

  /// Claims `conv1` to `conv4` and `classifier`.
  ///
  /// - Parameter channels: of the encoded label maps, at least 1.
  public init(_ scope: ParameterScope, channels: Int) {
    precondition(channels >= 1, "FullyConvolutionalNet: \(channels) channels")
    let halving = ConvolutionGeometry(kernel: .init(4), stride: .init(2), padding: .init(1))
    let widths = [channels] + Self.widths
    hidden = (1..<widths.count).map {
      Conv2D(scope["conv\($0)"], from: widths[$0 - 1], to: widths[$0], halving, bias: true)
    }
    classifier = Conv2D(scope["classifier"], from: widths[4], to: 1, halving, bias: true)
  }

  /// Five halvings, each rounded down.
  public var minimumSide: Int { 32 }

  /// 512.
  public var featureCount: Int { Self.widths[3] }

  /// Judges each place: `[batch, channels, height, width]` to `[batch, 1, height, width]`.
  public func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict {
    let features = hidden.reduce(maps.variable) { activate($1($0, in: pass), .leakyReLU(slope: 0.2)) }
    // Logits before they are enlarged: what is stored otherwise then is small.
    let places = convert(classifier(features, in: pass), to: .rows, .f32)
    let (height, width) = (maps.variable.shape[2], maps.variable.shape[3])
    return Verdict(
      resample(places, height: height, width: width, .bilinear), features: features, weights: maps.coverage)
  }
}
