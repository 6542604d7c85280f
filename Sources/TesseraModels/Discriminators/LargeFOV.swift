public import TesseraNN
import TesseraTensor

/// The LargeFOV adversary: a field of view of 34×34 pixels of the map.
///
/// Seven 3×3 convolutions to 96, 128, 128, pool, 256, 256, pool, 512 and 2 channels, a rectifier after each but the
/// last; the mean over the map gives two scores, prediction and ground truth, whose difference is the verdict.
///
/// Source: Luc et al. 2016 (arXiv:1611.08408), the adversary for PASCAL VOC with the large field of view.
public struct LargeFOV: Discriminator {
  private let convolutions: [Conv2D]
  /// Which convolutions a pooling follows.
  private static let pooled: Set<Int> = [2, 4]

  /// Claims `features.N` for N the place in the published sequence of convolutions and poolings.
  ///
  /// - Parameter channels: of the encoded label maps, at least 1.
  public init(_ scope: ParameterScope, channels: Int) {
    precondition(channels >= 1, "LargeFOV: \(channels) channels")
    let widths = [channels, 96, 128, 128, 256, 256, 512, 2]
    // A rectified convolution is a pair in the sequence, the last stands alone; the poolings take numbers 3 and 6.
    let names = ["0.0", "1.0", "2.0", "4.0", "5.0", "7.0", "8"]
    convolutions = names.enumerated().map { index, name in
      let place = name.split(separator: ".").reduce(scope["features"]) { $0[String($1)] }
      return Conv2D(place, from: widths[index], to: widths[index + 1], .same(kernel: 3), bias: true)
    }
  }

  /// Two halvings leave one pixel of four.
  public var minimumSide: Int { 4 }

  /// Those that the last convolution reads.
  public var featureCount: Int { 512 }

  /// Judges each map: `[batch, channels, height, width]` to `[batch, 1, 1, 1]`.
  public func callAsFunction(_ maps: EncodedLabelMaps, in pass: ForwardPass) -> Verdict {
    var x = maps.variable
    var features = x
    for (index, convolution) in convolutions.enumerated() {
      features = x
      x = convolution(x, in: pass)
      if index < convolutions.count - 1 { x = relu(x) }
      if Self.pooled.contains(index) { x = maxPool(x, ConvolutionGeometry(kernel: .init(2), stride: .init(2))) }
    }
    let scores = globalAveragePool(x)
    return Verdict(channels(scores, 1..<2) - channels(scores, 0..<1), features: features)
  }
}
