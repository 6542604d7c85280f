public import TesseraNN
public import TesseraTensor

/// A generator of images from noise.
///
/// A matrix product to maps of a sixteenth of the image's sides, then four transposed convolutions 4×4 that double
/// them, with batch normalisation and a rectifier after each but the last; its tanh, times ``range``, is the image.
///
/// Source: Radford, Metz and Chintala 2016 (arXiv:1511.06434), Figure 1; Souly, Spampinato and Shah 2017
/// (arXiv:1703.09695), section 3, for such a generator beside a segmenter.
public struct ImageGenerator: Sendable {
  /// Numbers of noise that an image comes from.
  public static let noiseCount = 100
  /// Channels of the first maps; each doubling halves them.
  public static let channels = 256
  /// Largest distance of a normalised colour from the mean colour that can be generated.
  public static let range: Float = 3

  /// Rows of its images.
  public let height: Int
  /// Columns of its images.
  public let width: Int
  private let start: Dense
  private let first: BatchNorm2D
  private let enlargements: [ConvTransposed2D]
  private let normalizations: [BatchNorm2D]

  /// Claims `start`, `first`, `up.0…3` and `norm.0…2`.
  ///
  /// - Precondition: sides are at least 1.
  public init(_ scope: ParameterScope, height: Int, width: Int) {
    precondition(height >= 1 && width >= 1, "ImageGenerator: \(height)×\(width) pixels")
    self.height = height
    self.width = width
    let channels = (0..<4).map { Self.channels >> $0 } + [3]
    let (rows, places) = (Self.sixteenth(height), Self.sixteenth(width))
    start = Dense(scope["start"], from: Self.noiseCount, to: channels[0] * rows * places)
    first = BatchNorm2D(scope["first"], channels: channels[0], activation: .relu)
    let doubling = ConvolutionGeometry(kernel: .init(4), stride: .init(2), padding: .init(1))
    enlargements = (0..<4).map {
      ConvTransposed2D(scope["up"][$0], from: channels[$0], to: channels[$0 + 1], doubling)
    }
    normalizations = (0..<3).map { BatchNorm2D(scope["norm"][$0], channels: channels[$0 + 1], activation: .relu) }
  }

  /// `[batch, 100]` to `[batch, 3, height, width]`, normalised colours.
  public func callAsFunction(_ noise: Variable, in pass: ForwardPass) -> Variable {
    let maps: Shape = [noise.shape[0], Self.channels, Self.sixteenth(height), Self.sixteenth(width)]
    var x = first(reshape(start(noise, in: pass), to: maps), in: pass)
    for (index, enlarge) in enlargements.enumerated() {
      x = enlarge(x, in: pass)
      if index < normalizations.count { x = normalizations[index](x, in: pass) }
    }
    let image = convert(Self.range * activate(x, .tanh), to: .rows, .f32)
    guard image.shape[2] != height || image.shape[3] != width else { return image }
    return resample(image, height: height, width: width, .bilinear)
  }

  /// Noise for so many images, uniform in −1...1.
  public static func noise(_ count: Int, _ generator: inout Generator) -> Tensor {
    Tensor([count, noiseCount], (0..<count * noiseCount).map { _ in Float(2 * generator.uniform() - 1) })
  }

  /// Pixels of the smallest map that is normalised, for one image of this size.
  public static func coarsestPixels(height: Int, width: Int) -> Int { sixteenth(height) * sixteenth(width) }

  private static func sixteenth(_ side: Int) -> Int { (side + 15) / 16 }
}
