public import TesseraNN
import TesseraTensor

/// A convolutional network that looks at an image at three scales by the same weights.
///
/// The scales are the levels of a Laplacian pyramid, at 1, ½ and ¼ of the image's size, each normalised around every
/// pixel in a Gaussian window of 15×15 (σ 3.75). Each goes through three convolutions 7×7 with 16, 64 and 256 channels;
/// a hyperbolic tangent and 2×2 max-pooling follow the first two, nothing the third. The maps of the smaller scales
/// are enlarged bilinearly to the size of the first; of all 768 channels a 1×1 convolution scores the classes, and the
/// scores, at a quarter of the image's size, are enlarged bilinearly to it. The convolutions see 46, 92 and 184 pixels
/// of the image's height and width at the three scales. Any size of at least 13 works, for convolutions are padded.
///
/// Differences from the source: every filter sees all channels of the layer before, while the source connects some of
/// them, drawn at random; colours come as they are given, while the source takes them to YUV; and the classifier is
/// the linear one alone, without superpixels or a tree of segments. Luc et al. 2016 (arXiv:1611.08408) used this
/// network for the Stanford Background Dataset.
///
/// Source: Farabet, Couprie, Najman and LeCun 2013, "Learning hierarchical features for scene labeling", IEEE
/// Transactions on Pattern Analysis and Machine Intelligence 35 (8), sections 3.1 and 5.
public struct Farabet: Segmenter {
  /// Number of classes.
  public let classCount: Int
  private let stages: [Conv2D]
  private let classifier: Conv2D

  /// Side of the window in which each scale is normalised.
  private static let windowSide = 15
  /// Channels after each convolution.
  private static let widths = [16, 64, 256]
  /// Scales of the image, each half the size of the one before.
  private static let scaleCount = 3

  /// Claims `features.0`, `features.3`, `features.6` and `classifier`: functions and pooling have places too.
  ///
  /// - Precondition: at least one class.
  public init(_ scope: ParameterScope, classCount: Int) {
    precondition(classCount >= 1, "Farabet: \(classCount) classes")
    self.classCount = classCount
    stages = zip([3] + Self.widths, Self.widths).enumerated().map { index, channels in
      Conv2D(scope["features"][3 * index], from: channels.0, to: channels.1, .same(kernel: 7), bias: true)
    }
    let features = Self.scaleCount * (Self.widths.last ?? 0)
    classifier = Conv2D(scope["classifier"], from: features, to: classCount, .same(kernel: 1), bias: true)
  }

  /// Two halvings for the smallest scale, rounded up, and two for pooling, rounded down, leave one pixel of thirteen.
  public var minimumSide: Int { 13 }

  /// The image's own: no batch is normalised.
  public func coarsestPixels(height: Int, width: Int) -> Int { height * width }

  /// Scores every pixel: `[batch, 3, height, width]` to `[batch, classes, height, width]`.
  ///
  /// - Precondition: `images` are constants.
  public func callAsFunction(_ images: Variable, in pass: ForwardPass) -> Logits {
    let scales = laplacianPyramid(images, levels: Self.scaleCount).map { scale in
      features(of: normalizeContrast(scale, side: Self.windowSide), in: pass)
    }
    let (height, width) = (scales[0].shape[2], scales[0].shape[3])
    let enlarged = scales.dropFirst().map { resample($0, height: height, width: width, .bilinear) }
    let all = concatenateChannels([scales[0]] + enlarged)
    let scores = convert(classifier(all, in: pass), to: .rows, .f32)
    return Logits(resample(scores, height: images.shape[2], width: images.shape[3], .bilinear), features: all)
  }

  private func features(of scale: Variable, in pass: ForwardPass) -> Variable {
    stages.enumerated().reduce(scale) { x, stage in
      let input =
        stage.offset == 0
        ? x : maxPool(activate(x, .tanh), ConvolutionGeometry(kernel: .init(2), stride: .init(2)))
      return stage.element(input, in: pass)
    }
  }
}
