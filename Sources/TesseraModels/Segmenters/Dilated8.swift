public import TesseraNN
import TesseraTensor

/// VGG-16 made dense by dilation, with a context module of eight layers on its scores.
///
/// ``DilatedFrontEnd`` scores the classes at an eighth of the image's size, ``ContextModule`` gathers what surrounds
/// each score, and the result is enlarged bilinearly to the image's size: away from the edges this is the source's
/// transposed convolution of stride 8, whose weights do not learn. Any size of at least 8 works, for every convolution
/// is padded with zeros to keep the size; the source pads the image by 186 pixels of its reflection instead, and no
/// convolution of the front end.
///
/// Names and shapes are those of the authors' network for CamVid and of their training program (`fyu/dilation`), which
/// have the basic context module. Their network for PASCAL VOC has the large one, of 2 to 32 times as many channels,
/// and does not fit. Their weights were trained with bytes in the order blue, green, red and less a mean, which for
/// PASCAL VOC is (102.93, 111.36, 116.52): who loads them reverses the input channels of `conv1_1.weight` and
/// normalises images to bytes less that mean.
///
/// Source: Yu and Koltun 2016 (arXiv:1511.07122), sections 3 and 4. Luc et al. 2016 (arXiv:1611.08408) used it for
/// PASCAL VOC 2012.
public struct Dilated8: Segmenter {
  /// Number of classes.
  public let classCount: Int
  private let frontEnd: DilatedFrontEnd
  private let context: ContextModule

  /// Claims `conv1_1` to `conv5_3`, `fc6`, `fc7`, `final`, and `ctx_conv1_1` to `ctx_final`: 134 million numbers.
  ///
  /// - Precondition: at least one class.
  public init(_ scope: ParameterScope, classCount: Int) {
    self.init(scope, classCount: classCount, stageWidths: [64, 128, 256, 512, 512], hiddenWidth: 4096)
  }

  /// The same layers with other numbers of channels.
  init(_ scope: ParameterScope, classCount: Int, stageWidths: [Int], hiddenWidth: Int) {
    precondition(classCount >= 1, "Dilated8: \(classCount) classes")
    self.classCount = classCount
    frontEnd = DilatedFrontEnd(scope, classCount: classCount, stageWidths: stageWidths, hiddenWidth: hiddenWidth)
    context = ContextModule(scope, classCount: classCount)
  }

  /// Three halvings leave one pixel of eight.
  public var minimumSide: Int { 8 }

  /// The image's own: no batch is normalised.
  public func coarsestPixels(height: Int, width: Int) -> Int { height * width }

  /// Scores every pixel: `[batch, 3, height, width]` to `[batch, classes, height, width]`.
  ///
  /// The features are those that the front end scores, of 4096 channels; the context module sees scores alone.
  public func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Logits {
    let (scores, features) = frontEnd(images, in: pass)
    // Logits before they are enlarged: what is stored otherwise then is small.
    let logits = convert(context(scores, in: pass), to: .rows, .f32)
    return Logits(
      resample(logits, height: images.shape[2], width: images.shape[3], .bilinear), features: features)
  }
}
