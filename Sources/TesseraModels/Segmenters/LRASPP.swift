public import TesseraNN
import TesseraTensor

/// LR-ASPP on the large MobileNetV3: little work, for its features are an eighth and a sixteenth of the image's size.
///
/// The high features, a 1×1 convolution of them weighed channel by channel by what their means say, are enlarged to the
/// size of the low ones; a 1×1 convolution of each scores the classes, and the sum is enlarged to the image's size. Any
/// size works.
///
/// Layers and names are those of torchvision's `lraspp_mobilenet_v3_large`, whose weights fit.
///
/// Source: Howard et al. 2019 (arXiv:1905.02244), section 6.4 and Figure 10.
public struct LRASPP: Segmenter {
  /// Number of classes.
  public let classCount: Int
  private let backbone: MobileNetV3Large
  private let convolution: NormalizedConv2D
  private let gate: Conv2D
  private let lowHead: Conv2D
  private let highHead: Conv2D

  /// Channels of the high features between their 1×1 convolutions.
  private static let innerChannels = 128

  /// Claims `backbone` and, in `classifier`, `cbr`, `scale`, `low_classifier` and `high_classifier`.
  ///
  /// - Precondition: at least one class.
  public init(_ scope: ParameterScope, classCount: Int) {
    precondition(classCount >= 1, "LRASPP: \(classCount) classes")
    self.classCount = classCount
    backbone = MobileNetV3Large(scope["backbone"])
    let (low, high, inner) = (MobileNetV3Large.lowChannels, MobileNetV3Large.highChannels, Self.innerChannels)
    let head = scope["classifier"]
    convolution = NormalizedConv2D(head["cbr"], from: high, to: inner, .same(kernel: 1), .relu)
    gate = Conv2D(head["scale"][1], from: high, to: inner, .same(kernel: 1), bias: false)
    lowHead = Conv2D(head["low_classifier"], from: low, to: classCount, .same(kernel: 1), bias: true)
    highHead = Conv2D(head["high_classifier"], from: inner, to: classCount, .same(kernel: 1), bias: true)
  }

  /// Every window is padded: one pixel is an image.
  public var minimumSide: Int { 1 }

  /// Four halvings, each rounded up.
  public func coarsestPixels(height: Int, width: Int) -> Int {
    let reduction = MobileNetV3Large.reduction
    return (height + reduction - 1) / reduction * ((width + reduction - 1) / reduction)
  }

  /// Scores every pixel: `[batch, 3, height, width]` to `[batch, classes, height, width]`.
  public func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Logits {
    let features = backbone(images, in: pass)
    let weights = activate(gate(globalAveragePool(features.high), in: pass), .sigmoid)
    let weighed = convolution(features.high, in: pass) * weights
    let enlarged = resample(weighed, height: features.low.shape[2], width: features.low.shape[3], .bilinear)
    // Logits before they are enlarged: what is stored otherwise then is small.
    let scores = convert(lowHead(features.low, in: pass) + highHead(enlarged, in: pass), to: .rows, .f32)
    return Logits(
      resample(scores, height: images.shape[2], width: images.shape[3], .bilinear), features: weighed)
  }
}
